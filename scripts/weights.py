"""Train all networks of the zoo again, from the seeds: `python -m scripts.weights [name …]`."""

import sys

from rnnviz.training import recipes, zoo

if __name__ == "__main__":
    recipes.make(sys.argv[1:] or list(zoo.SHAPES))
