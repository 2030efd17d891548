"""The tasks networks are trained on: one file each, with how examples are made and what counts as right.

A file here that has a task in it is found by itself.
"""

from collections.abc import Iterator
from importlib import import_module
from inspect import isabstract
from pkgutil import walk_packages

from rnnviz.tasks.base import Batch, Task

__all__ = ["TASKS", "Batch", "Task"]


def _found() -> Iterator[Task]:
    """One of each class of task in the files of this folder, and of those in it."""
    for file in walk_packages(__path__, f"{__name__}."):
        module = import_module(file.name)
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, Task) and one.__module__ == file.name and not isabstract(one):
                yield one()


TASKS: dict[str, Task] = {task.name: task for task in sorted(_found(), key=lambda task: (task.place, task.name))}
