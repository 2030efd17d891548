"""What people bring, as arrays of numbers."""

from typing import Any

import numpy as np
from numpy import ndarray


def array_of(given: Any) -> ndarray:
    """What was given as an array of numbers: an array, a tensor of PyTorch's, a list, a data frame.

    A tensor of bfloat16, which NumPy lacks, comes as float32.
    Raises TypeError for what is not numbers, ValueError for rows of different lengths.
    """
    if hasattr(given, "detach"):  # a tensor; this room does not know PyTorch
        tensor = given.detach().cpu()
        return (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()
    if isinstance(given, list | tuple) and any(hasattr(row, "detach") for row in given):
        given = [array_of(row) for row in given]
    try:
        found = np.asarray(given)
    except ValueError:
        raise ValueError(f"wanted rows of one length, got a {type(given).__name__} of different ones") from None
    if found.dtype == object and found.ndim:  # a data frame of integers and floats, or with columns of True and False
        try:
            return found.astype(float)
        except (TypeError, ValueError):
            pass
    if found.dtype.kind not in "biuf":
        if given is None:
            raise TypeError("wanted numbers, got None")
        came = "an array" if isinstance(given, ndarray) else f"a {type(given).__name__}"
        raise TypeError(f"wanted numbers, got {came} of something else ({found.dtype})")
    return found
