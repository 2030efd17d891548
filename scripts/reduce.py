"""Principal components of word vectors."""

import numpy as np
from numpy import ndarray

SIZE = 64
"""How many numbers a word has in the shipped tables."""


def reduce(vectors: ndarray) -> ndarray:
    """(N, M) -> (N, 64): the first principal components, scaled to root mean square 1 overall."""
    centred = vectors - vectors.mean(0)
    _, axes = np.linalg.eigh(centred.T @ centred)  # eigenvalues ascend
    axes = axes[:, : -SIZE - 1 : -1]
    axes *= np.sign(axes[np.abs(axes).argmax(0), np.arange(SIZE)])  # an axis has no sign of its own
    reduced = centred @ axes
    print(f"the {SIZE} components keep {(reduced**2).sum() / (centred**2).sum():.0%} of the variance")
    return reduced / np.sqrt((reduced**2).mean())
