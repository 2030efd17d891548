"""Train the networks of the zoo again, from their seeds: `python -m scripts.weights [name …]`.

`python -m scripts.weights beside` trains those that are only compared. A run that is in `.runs/` is not trained again.
"""

import sys

from rnnviz.training import recipes, zoo

if __name__ == "__main__":
    if sys.argv[1:] == ["beside"]:
        recipes.beside()
    else:
        recipes.make(sys.argv[1:] or list(zoo.NAMES))
