"""The tasks networks are trained on: one file each, with how examples are made and what counts as right."""

from rnnviz.tasks.adding import Adding
from rnnviz.tasks.base import Batch, Task
from rnnviz.tasks.continual import Continual
from rnnviz.tasks.errands.task import Errands
from rnnviz.tasks.recall import Recall
from rnnviz.tasks.temporal_order import TemporalOrder

__all__ = ["TASKS", "Batch", "Task"]

TASKS: dict[str, Task] = {task.name: task for task in (Errands(), Adding(), TemporalOrder(), Recall(), Continual())}
