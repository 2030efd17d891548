"""Which labels the code asks for.

A key is read as the code writes it: "step.badge", f"training.tasks.{task}", labels["head"], labels.notice[key]. What
is not written there is a field, and a field may hold any word that stands in the code as a string, or is made there
from such words. So a label is found as long as its name is anywhere in the code, in the right form; a label that
nothing can name any more is not.
"""

from __future__ import annotations

import ast
import functools
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnviz.language import USUAL, _locale

ROOT = Path(__file__).parents[1]
FIELD = r"(\.|[^.]*)"  # a full stop is the name of a token
SECTIONS = "|".join(_locale(USUAL))
NAME = r"[\\\w-]*[a-z][\\\w-]*"  # with its signs escaped
HANDED = {
    "assets/board": ["board", "wayback"],
    "assets/shared": ["board.table", "stepper", "wayback"],
    "assets/gates": ["gates.hand"],
    "assets/stepper": ["stepper", "cell", "board", "unit", "wayback", "swap.hand", "erase.hand"],
    "rnnviz/scenes/records.py": ["training.table", "records"],
    "rnnviz/training/plans.py": ["training.called", "training.ids"],
    "rnnviz/scenes/seeds.py": ["step.table"],
}
"""Sections that are handed out whole, by the files that read single labels from them; figures see `drawn`."""
DOORS = {"t": 0, "labels": 0, "translate": 1, "labels_of": 1, "filled": 1, "pieces": 1}
"""Functions that take a key, and which of their arguments it is."""
WRITERS = {"say": ["{}"], "name": ["kinds.{}"], "section": ["{}.title", "{}.text", "{}.label"]}
"""Methods of `rnnviz.scenes.writer.Writer`, and the labels of its page that they ask for."""


def files(*names: str, kind: str = "py") -> list[Path]:
    """The files of that kind, in folders or named."""
    found = [ROOT / name for name in names]
    return sorted(itertools.chain(*(place.rglob(f"*.{kind}") if place.is_dir() else [place] for place in found)))


@functools.cache
def code() -> list[Path]:
    return files("rnnviz", "pages", "app.py")


@dataclass(frozen=True)
class Words:
    """What a field may hold."""

    plain: frozenset[str]
    made: tuple[str, ...] = ()
    """Patterns, of words with fields in them: f"keep_{kind}"."""

    @functools.cache  # noqa: B019  # there are a few
    def know(self, word: str) -> bool:
        found = (compiled(pattern).fullmatch(word) for pattern in self.made)
        return word in self.plain or any(one and self.plain.issuperset(one.groups()) for one in found)


@dataclass(frozen=True)
class Place:
    """A place in the code that asks for labels: a pattern of their keys."""

    where: str
    pattern: str
    words: Words = field(repr=False)

    def finds(self, key: str) -> bool:
        found = compiled(self.pattern).fullmatch(key)
        return bool(found) and all(map(self.words.know, filter(None, found.groups())))


@functools.cache
def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)  # re itself remembers fewer


@functools.cache
def places(follow: bool) -> list[Place]:
    """All of them. `follow`: names in a key are what they are bound to, as far as that is written."""
    words = python_words(code())
    found = [place for file in code() for how in (written, read, through_writers) for place in how(file, words, follow)]
    for folder, sections in HANDED.items():
        for file in files(folder, kind="js") if folder.startswith("assets") else []:
            found += read_in_javascript(file, sections, words)
    pages = "|".join(re.escape(file.stem) for file in files("pages"))
    # The menu takes its order from them; some sections still wait for their first page.
    return [*found, Place("pages", rf"frame\.(?:pages\.(?:{pages})|sections\.\w+)", words)]


def forms(node: ast.AST, follow: bool = False) -> list[str]:
    """The patterns of all that an expression may be, as text. `follow`: names in it are what they are bound to."""

    def below(node: ast.AST) -> list[str]:
        return forms(node, follow)

    match node:
        case ast.Constant(value=value):
            return [re.escape(str(value))]
        case ast.JoinedStr(values=parts):
            return ["".join(choice) for choice in itertools.product(*map(below, parts))]
        case ast.FormattedValue(value=inner):
            return below(inner)
        case ast.IfExp(body=one, orelse=other):
            return below(one) + below(other)
        case ast.BoolOp(values=values):
            return [form for value in values for form in below(value)]
        case ast.BinOp(left=left, op=ast.Mult()):  # "_one" * is_one
            return ["", *below(left)]
        case ast.Name() if follow:
            return forms_of_name(node)
    return [FIELD]


FORMS: dict[ast.AST, list[str]] = {}


def forms_of_name(name: ast.Name) -> list[str]:
    """As `forms`; a name that leads back to itself may be anything."""
    if name not in FORMS:
        FORMS[name] = [FIELD]
        FORMS[name] = list(dict.fromkeys(form for value in values_of(name) for form in forms(value, follow=True)))
    return FORMS[name]


Scope = ast.FunctionDef | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Module
UNKNOWN = ast.Pass()
"""In the place of a value that is not written in the code."""


def values_of(name: ast.Name) -> list[ast.AST]:
    """What a name stands for: all that it is given in the innermost function, loop or file that binds it."""
    place: Any = name
    while place := getattr(place, "above", None):
        if isinstance(place, Scope) and (found := given(name.id, place)):
            return found
    return [UNKNOWN]


KNOWN: dict[tuple[str, ast.AST], list[ast.AST]] = {}


def given(name: str, place: ast.AST) -> list[ast.AST]:
    """Every value that a function, a loop or a file gives a name; what depends on the name itself is unknown."""
    if (name, place) not in KNOWN:
        KNOWN[name, place] = [UNKNOWN]
        KNOWN[name, place] = list(found_given(name, place))
    return KNOWN[name, place]


def found_given(name: str, place: ast.AST) -> Iterator[ast.AST]:
    if isinstance(place, ast.FunctionDef):
        arguments = [argument.arg for argument in place.args.args]
        if name in arguments:
            yield from passed(place, arguments.index(name), name)
    for node in binders(place):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=value):
                yield from parts(target, value or UNKNOWN, name)
            case ast.For(target=target, iter=many) | ast.comprehension(target=target, iter=many):
                if any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(target)):
                    yield from (part for value in members(many) for part in parts(target, value, name))


@functools.cache
def binders(place: ast.AST) -> list[ast.AST]:
    kinds = ast.Assign | ast.AnnAssign | ast.For | ast.comprehension
    return [node for node in ast.walk(place) if isinstance(node, kinds)]


def parts(target: ast.AST, value: ast.AST, name: str) -> Iterator[ast.AST]:
    """What a name gets where a value is bound to a target, such as `id, _`."""
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        same = isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts)
        for k, one in enumerate(target.elts):
            yield from parts(one, value.elts[k] if same else UNKNOWN, name)  # type: ignore[attr-defined]


def members(many: ast.AST) -> list[ast.AST]:
    """What a loop goes through."""
    match many:
        case ast.Tuple(elts=found) | ast.List(elts=found) | ast.Dict(keys=found):
            return list(found)
        case ast.Call(func=ast.Attribute(value=table, attr="items")):
            return [ast.Tuple([key, UNKNOWN]) for key in members(table)]
        case ast.Call(func=ast.Name(id="zip"), args=columns):
            rows = itertools.zip_longest(*map(members, columns), fillvalue=UNKNOWN)
            return [ast.Tuple(list(row)) for row in rows]
        case ast.Name():
            return [one for value in values_of(many) for one in members(value)]
    return [UNKNOWN]


def passed(function: ast.FunctionDef, at: int, name: str) -> Iterator[ast.AST]:
    """What a function is given as an argument."""
    arguments, usual = function.args.args, function.args.defaults
    missing = usual[at - len(arguments)] if at >= len(arguments) - len(usual) else UNKNOWN
    method = arguments[0].arg == "self"
    found = callers(function)
    for call in found:
        named = [word.value for word in call.keywords if word.arg == name]
        yield [*call.args[at - method :][:1], *named, missing][0]
    yield from () if found else [UNKNOWN]


def callers(function: ast.FunctionDef) -> list[ast.Call]:
    """Its calls: under its own name in its file, under its file's name elsewhere."""
    here, name = file_of(function), function.name
    near = [call for called in (name, f"self.{name}") for call in calls(here).get(called, [])]
    return near + [call for file in code() for call in calls(file).get(f"{here.stem}.{name}", [])]


def file_of(node: Any) -> Path:
    while not isinstance(node, ast.Module):
        node = node.above
    return node.file  # type: ignore[attr-defined]


def texts(tree: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The strings of a file, those with fields whole; without docstrings."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr):
            yield node
            pending += [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        else:
            pending += ast.iter_child_nodes(node)


@functools.cache
def parsed(file: Path) -> ast.Module:
    """The file's code; each node knows the one that it stands in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        for below in ast.iter_child_nodes(node):
            below.above = node  # type: ignore[attr-defined]
    tree.file = file  # type: ignore[attr-defined]
    return tree


def where(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"  # type: ignore[attr-defined]


def python_words(code: list[Path]) -> Words:
    """Every string in the code that is no key, and what the data are called."""
    found = {form for file in code for node in texts(parsed(file)) for form in forms(node) if not is_key(form)}
    plain = {re.sub(r"\\(.)", r"\1", form) for form in found if FIELD not in form}
    names = {file.stem for file in files("pages", "rnnviz/tasks")}
    runs = [run for file in files("assets/records", kind="json") for run in json.loads(file.read_text())]
    return Words(frozenset(plain | names | {run["arm"].split()[0] for run in runs if "arm" in run}), made_of(found))


def made_of(forms: set[str]) -> tuple[str, ...]:
    """The patterns among them that are a name with fields in it."""
    return tuple(form for form in forms if FIELD in form and re.fullmatch(NAME, form.replace(FIELD, "")))


def is_key(form: str) -> bool:
    return bool(re.match(rf"(?:{SECTIONS})\\\.(?!(?:css|js|json)$)", form))


def written(file: Path, words: Words, follow: bool) -> Iterator[Place]:
    """Keys that begin with their section, wherever they stand; and all that a function is given that takes a key."""
    found = [node for node in texts(parsed(file)) if any(map(is_key, forms(node)))]
    for door, at in DOORS.items():
        for key in (call.args[at] for call in calls(file).get(door, []) if at < len(call.args)):
            if isinstance(key, ast.Constant | ast.JoinedStr) and "self.page" not in ast.unparse(key):
                found += [] if key in found else [key]
    for node in found:
        yield from (Place(where(file, node), form, words) for form in forms(node, follow))


@functools.cache
def calls(file: Path) -> dict[str, list[ast.Call]]:
    """The calls in a file, by what is called."""
    found: dict[str, list[ast.Call]] = {}
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Call):
            found.setdefault(ast.unparse(node.func), []).append(node)
    return found


def read(file: Path, words: Words, follow: bool) -> Iterator[Place]:
    """What is read from a section that was handed out: labels["head"], words.get(f"{name}_x")."""
    handed = HANDED.get(file.relative_to(ROOT).as_posix())
    holders = r"\b(?:labels|words|columns|texts)$|^labels_of\(.*\]$" if handed else r"\blabels$"
    sections = "|".join(map(re.escape, handed or (drawn(file) if file.parent.name == "figures" else [])))
    for node in ast.walk(parsed(file)) if sections else ():
        match node:
            case ast.Subscript(value=holder, slice=key):
                pass
            case ast.Call(func=ast.Attribute(value=holder, attr="get"), args=[key, *_]):
                pass
            case _:
                continue
        number = isinstance(key, ast.Constant) and not isinstance(key.value, str)
        if not number and re.search(holders, ast.unparse(holder)):
            yield from (Place(where(file, node), rf"(?:{sections})\.{form}", words) for form in forms(key, follow))


def drawn(file: Path) -> list[str]:
    """The section that a file of figures takes its words from; all of them, where it does not say."""
    sections = [name for name in _locale(USUAL) if name.endswith("figures") or name == "records"]
    code = file.read_text(encoding="utf-8")
    if found := re.search(r"^from rnnviz\.figures\.(\w+) import .*\bSECTION\b", code, re.MULTILINE):
        return drawn(file.with_stem(found[1]))
    return [name for name in sections if f'"{name}"' in code] or (["figures"] if "english()" in code else sections)


def through_writers(file: Path, words: Words, follow: bool) -> Iterator[Place]:
    """What a scene says through its `Writer`, which knows the page."""
    made = [call.args[0] for name in ("Writer", "Teller") for call in calls(file).get(name, [])]
    pages = "|".join({page.value for page in made if isinstance(page, ast.Constant)})
    for method, labels in WRITERS.items() if pages else ():
        for call, label in itertools.product(calls(file).get(f"writer.{method}", []), labels):
            own = rf"(?:\.{FIELD})?" if label.endswith(".label") else ""  # figures of one section may have their own
            for form in forms(call.args[0], follow):
                yield Place(where(file, call), rf"(?:{pages})\." + re.escape(label).replace(r"\{\}", form) + own, words)
    if pages:  # figures side by side have their names
        yield Place(file.name, rf"(?:{pages})\.kinds\.{FIELD}", words)


def read_in_javascript(file: Path, sections: list[str], python: Words) -> Iterator[Place]:
    """As `read`: labels.notice[key] ?? labels.notice[challenge], labels[`how_${kind}`]."""
    code = without_comments(file)
    around = "\n".join(map(without_comments, file.parent.glob("*.js")))
    names = set(re.findall(r"[\w-]+", around)) | set(re.findall(r'"([^"]*)"', around))
    words = Words(python.plain | names, python.made + made_of(set(map(template, re.findall(r"`([^`]*)`", around)))))
    step = r"\.\w+|\[(?:`[^`]*`|[^\[\]`])+\]"
    for found in re.finditer(rf"\b(?:labels|words)((?:{step})+)", code):
        steps = [one for one in re.findall(step, found[1]) if one not in (".split", ".replace", ".map")]
        keys = [one[1:] if one[0] == "." else template(one[2:-2]) if one[1] == "`" else FIELD for one in steps]
        if keys:  # a section may hold others: labels.cell
            line = code[: found.start()].count("\n") + 1
            start = "|".join(map(re.escape, sections))
            yield Place(f"{file.relative_to(ROOT)}:{line} {found[0]}", rf"(?:(?:{start})\.)?" + r"\.".join(keys), words)


def without_comments(file: Path) -> str:
    """A script; its lines keep their numbers."""
    return re.sub(r"^\s*(?://|/?\*).*$", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)


def template(text: str) -> str:
    """The pattern of a template literal."""
    return FIELD.join(map(re.escape, re.split(r"\$\{[^}]*\}", text)))
