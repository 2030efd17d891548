"""While testing, every annotation of rnnviz is checked at each call: types by beartype, shapes by jaxtyping.

Jaxtyping alone would do, but it takes ten times as long, and most functions have no shape: those beartype checks alone.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, get_args, get_origin

import jaxtyping
from beartype import BeartypeConf, beartype
from beartype.roar import BeartypeDecorHintPepException
from jaxtyping import AbstractArray, install_import_hook

with_shapes, types = jaxtyping.jaxtyped, beartype(conf=BeartypeConf(violation_type=TypeError))


def has_shape(hint: Any) -> bool:
    """Whether an annotation, or a part of it, is something like `Float[Array, "T H"]`; one not known yet may be."""
    if isinstance(hint, str):
        return True
    parts = hint if isinstance(hint, list) else () if get_origin(hint) is Literal else get_args(hint)
    return (inspect.isclass(hint) and issubclass(hint, AbstractArray)) or any(map(has_shape, parts))


def annotations(function: Callable[..., Any]) -> list[Any]:
    """Those of a function, as objects where they are known by now."""
    try:
        return list(inspect.get_annotations(function, eval_str=True).values())
    except Exception:  # what only a checker of types reads need not be there, nor make sense
        return list(function.__annotations__.values())


def checked(what: Any = None, *, typechecker: Any) -> Any:
    """In the place of `jaxtyping.jaxtyped`, which the import hook puts around every function and class."""
    if what is None:
        return lambda what: checked(what, typechecker=typechecker)
    if inspect.isclass(what):
        if dataclasses.is_dataclass(what) and "__init__" in vars(what):
            what.__init__ = checked(what.__init__, typechecker=typechecker)  # type: ignore[misc]
        return what
    if inspect.isfunction(what) and not any(map(has_shape, annotations(what))):
        said = dict(what.__annotations__)
        with suppress(BeartypeDecorHintPepException):  # it knows no `*args: P.args` that is a string
            found = types(what)
            what.__annotations__ = found.__annotations__ = said  # as they are written: beartype leaves others there
            return found
    return with_shapes(what, typechecker=typechecker)


def check_all() -> None:
    """Before anything imports rnnviz."""
    jaxtyping.jaxtyped = checked
    install_import_hook("rnnviz", "beartype.beartype")
