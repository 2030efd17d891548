"""Where the files lie that rnnviz comes with: words, weights, records, and the scripts and styles of the pages."""

from pathlib import Path


def assets() -> Path:
    """The folder `assets/`: in the package itself where that was installed, and beside it in the repository."""
    package = Path(__file__).parent
    inside = package / "assets"
    return inside if inside.is_dir() else package.parent / "assets"


ASSETS = assets()
