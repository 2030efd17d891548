"""Whether what a visitor did took effect: a control shows it, the link says it, what a button promises is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import acts, widgets
from benchmarks.browser import Browser
from benchmarks.parts import StepperPart
from benchmarks.widgets import CHOICES, Control
from rnnviz.language import LANGUAGES, labels_of, literal
from rnnviz.scenes.gradients import EXPLOSIONS
from rnnviz.text import tokenize
from rnnviz.training.plans import PRESETS
from rnnviz.ui.keys import KEYS, KNOBS, PAGES, Choice, Text, carries
from tests.walk import words
from tests.walk.moves import Move, named, seen
from tests.walk.snapshot import Shown, differences, snapshot

VALUED = (*CHOICES, "slider", "select_slider", "number_input", "text_input", "checkbox", "popover", "expandable")
WRITTEN = ("slider", "number_input", "text_input", "checkbox")
"""What stands in the link as it is shown."""
OTHER = {one: [other for other in LANGUAGES if other != one] for one in LANGUAGES}
MEASURED = ("listener",)
"""What has numbers of the sentence in its labels, and is in their order."""
GOING = ("waiting", "starting", "running", "shared", "measuring", "paused", "done", "one_broke", "stopped", "broken")
FRESH = ("ready", "elsewhere")


@dataclass(frozen=True)
class Before:
    """The page before somebody did something."""

    page: str
    language: str
    link: dict[str, Any]
    status: words.Status
    said: set[str]
    controls: dict[str, Control]
    entry: tuple[str, str] | None
    """Where Back or Forward would lead."""
    trained: bool = False
    alone: bool = True
    """Whether nothing else was done before the answer."""
    shown: Shown | None = None


def before(tab: Browser, move: Move, trained: bool = False) -> Before:
    """To be asked before a move. `trained`: whether the visitor has a network of their own."""
    by = {"back": -1, "forward": 1}.get(move.control, 0)
    entry = tab.history[tab.place + by] if by else None
    controls = {control.key: control for control in seen(tab)}
    shown = snapshot(tab, trained) if move.control == "reload" else None
    return Before(
        tab.page,
        words.language(tab),
        words.settings(tab.link),
        words.status(tab),
        words.said(tab),
        controls,
        entry,
        trained,
        shown=shown,
    )


def missing(tab: Browser, move: Move, was: Before) -> str:
    """What of a move did not come about; "" if all did."""
    if move.target and move.target.kind in VALUED:
        return _value(tab, move, was)
    check: Callable[[Browser, Move, Before], str] = CHECKS.get(move.control, _nothing)
    return check(tab, move, was)


def _nothing(tab: Browser, move: Move, was: Before) -> str:
    return ""


def _value(tab: Browser, move: Move, was: Before) -> str:
    """The control shows what was chosen, and the link says it."""
    control, wanted = move.target, move.value
    assert control
    if acts.refused(control, wanted):
        return ""
    now = widgets.find(tuple(seen(tab)), control.key)
    if tab.page != was.page:  # the visitor went on at once
        return _in_link(tab, control, wanted) if control.key in KEYS.keys() - PAGES.keys() else ""
    if now is None and not was.alone:  # gone with what else was done
        return _in_link(tab, control, wanted) if control.key in KEYS else ""
    if now is None:
        if words.said(tab) - was.said or control.key.startswith(("rewind", "saw")):
            return ""
        return "the control is gone, and nothing says why"
    if control.options != now.options:  # other labels, for what else was done
        same = words.language(tab) != was.language and len(now.options) == len(control.options)
        wanted = now.options[control.options.index(wanted)] if same and control.key not in MEASURED else now.value
    if now.value != wanted:
        return f"{wanted!r} was chosen, {now.value!r} is shown"
    return _in_link(tab, now, now.value) if control.key in KEYS else ""


def _in_link(tab: Browser, control: Control, wanted: Any) -> str:
    """A number, a text or a switch is in the link as it is shown; a choice as one of its ids."""
    key, name = KEYS[control.key], control.key
    text = words.linked(tab.link).get(name)
    found = key.default if text is None else key.parse(text)
    if found is None:
        return f"the link says {name}={text!r}, which is no value of it"
    if isinstance(key, Choice) or control.kind in (*CHOICES, "select_slider"):
        return ""
    shown = wanted[: key.limit] if isinstance(key, Text) else wanted
    if found != shown:
        return f"{shown!r} is shown, the link says {name}={text!r}"
    return ""


def apart(tab: Browser) -> str:
    """Which number, text or switch the page shows otherwise than the link says it; "" if none."""
    for control in seen(tab):
        if control.key in KEYS and control.kind in WRITTEN and (problem := _in_link(tab, control, control.value)):
            return f"{control.key}: {problem}"
    return ""


def _language(tab: Browser, move: Move, was: Before) -> str:
    if words.linked(tab.link).get("lang") != move.option:
        return "the link does not say the language"
    titles, here = ({*labels_of(one, "frame")["pages"].values()} for one in (*OTHER[move.option], move.option))
    other = [page.page_name for page in tab.pages if page.page_name in titles - here]
    return f"the menu says {other}" if other else ""


def _preset(tab: Browser, move: Move, was: Before) -> str:
    preset = PRESETS[move.option]
    link = words.linked(tab.link)
    for name in ("task", "twin", "first", "second", "equal", "bet", *KNOBS, "record"):
        if link.get(name, KEYS[name].default) != preset.get(name, KEYS[name].default):
            return f"the experiment wants {name}={preset.get(name)}, the link says {link.get(name)}"
    return ""


def _explode(tab: Browser, move: Move, was: Before) -> str:
    link = words.settings(tab.link)
    wrong = [name for name, one in EXPLOSIONS[move.option].items() if link.get(name, KEYS[name].default) != one]
    return f"the button sets {', '.join(wrong)}, and the link does not say so" if wrong else ""


def _example(tab: Browser, move: Move, was: Before) -> str:
    """The examples of the sentence's language come first, so it is the label that says which was chosen."""
    field = widgets.find(tab.controls(), "sentence")
    wanted = move.target.label if move.target else ""
    if field is None or literal(field.value) != wanted:
        return f"the example {wanted!r} was chosen, {field and field.value!r} is in the field"
    return _in_link(tab, field, field.value) or _closed(tab, "sentence-examples")


def _closed(tab: Browser, menu: str) -> str:
    found = widgets.find(tab.controls(), menu)
    return f"the menu {menu} is still open" if found and found.value else ""


def _run(states: tuple[str, ...]) -> Callable[[Browser, Move, Before], str]:
    def check(tab: Browser, move: Move, was: Before) -> str:
        now = words.status(tab)
        return "" if now.state in states else f"the run's status is {now.state or 'nothing'!r}, step {now.step}"

    return check


def _one(tab: Browser, move: Move, was: Before) -> str:
    now, start = words.status(tab), was.status
    fresh = start.state in (*FRESH, "cancelled", "")
    ended = start.state in ("done", "one_broke", "stopped", "broken")
    wanted = 1 if fresh else start.step + 1
    if ended and now == start:
        return ""
    return "" if now.step == wanted else f"step {now.step} is shown after one step from {start.step} ({start.state})"


def _use(tab: Browser, move: Move, was: Before) -> str:
    used = any(words.is_saying(text, "training.used") for text in words.said(tab))
    return "" if used else "nothing says that the network is the visitor's own now"


def _upload(tab: Browser, move: Move, was: Before) -> str:
    refused = bool(words.said(tab) & words.in_words("training.upload_bad"))
    if move.option == "away":
        return "the file is still refused" if refused else ""
    if move.option.startswith("bad"):
        return "" if refused else "nothing says that the file is no run"
    now = words.status(tab)
    there = now.state in ("paused", "back", "done", "one_broke", "stopped", "broken")
    return "" if there and not refused else f"a run was uploaded, its status is {now.state!r}"


def _measure(tab: Browser, move: Move, was: Before) -> str:
    there = any(widgets.key_of(id) == "compare-speeds" for id in tab.parts)
    return "" if there else "no speeds are shown"


def _menu(tab: Browser, move: Move, was: Before) -> str:
    page, link = move.value, words.settings(tab.link)
    if tab.page != ("" if page.is_default else page.url_pathname):
        return f"{page.page_name} was followed, the address is /{tab.page}"
    before, after = (
        {name: one for name, one in some.items() if name not in PAGES and name != "hide"} for some in (was.link, link)
    )  # a page's own settings stay in its own link, and so does what it hides
    return (_same(before, after, "the move") if was.alone else "") or _drawn(tab)


def _history(tab: Browser, move: Move, was: Before) -> str:
    assert was.entry
    page, query = was.entry
    if tab.page != page:
        return f"the address was to be /{page}, it is /{tab.page}"
    wanted, link = words.settings(query), words.settings(tab.link)
    wanted = {name: one for name, one in wanted.items() if carries(page or "step", name)}
    if was.page != tab.page:  # a move to another page empties the link: what is missing there is kept
        link = {name: value for name, value in link.items() if name in wanted}
    # An entry with an empty link is left by such a move, and says nothing.
    return (_same(wanted, link, "the history") if words.linked(query) else "") or _drawn(tab)


def _same(wanted: dict[str, Any], link: dict[str, Any], what: str) -> str:
    changed = [name for name in sorted({*wanted, *link}) if wanted.get(name) != link.get(name)]
    return "; ".join(f"{name} was {wanted.get(name)!r}, {what} made {link.get(name)!r} of it" for name in changed)


def _drawn(tab: Browser) -> str:
    own = [node for node in tab.tree.walk() if node.script not in ("", tab.main) and node.kind]
    return "" if len(own) > 2 else "the page is empty"


def _reload(tab: Browser, move: Move, was: Before) -> str:
    assert was.shown is not None
    changed = differences(was.shown, snapshot(tab, was.trained))
    if was.status.state not in ("", *FRESH) and words.status(tab).state in FRESH:
        changed.append(f"the run ({was.status}) is not found again")
    return "; ".join(changed)


def _colours(tab: Browser, move: Move, was: Before) -> str:
    look = "dark" if tab.dark else "light"
    wrong = [widgets.key_of(id) for id, part in tab.parts.items() if part.payload.get("theme") != look]
    return f"it is {look}, and not on {', '.join(wrong)}" if wrong else ""


def _stepper(tab: Browser, move: Move, was: Before) -> str:
    step, network, unit = move.value
    link = words.linked(tab.link)
    found = (int(link.get("step", 0)), int(link.get("side", "right") == "right"), int(link.get("unit", -1)))
    same = found == (step, network, unit)
    return "" if same else f"step, network and unit {move.value} were looked at, the link says {found}"


def _turned(tab: Browser, move: Move, was: Before) -> str:
    text = words.linked(tab.link).get("back")
    return "" if (text == "true") == move.value else f"the way back was turned to {move.value}, the link says {text}"


def _beside(tab: Browser, move: Move, was: Before) -> str:
    found = words.linked(tab.link).get("against", "")
    return "" if found == move.value else f"{move.value} was put beside, the link says against={found}"


def _held(tab: Browser, move: Move, was: Before) -> str:
    """It stays in the link, and is what the stepper shows."""
    found = words.linked(tab.link).get("held", "")
    shown = [part.payload.get("erased", {}).get("held", "") for part in tab.parts.values() if "holds" in part.payload]
    return (
        "" if shown == [found] == [move.value] else f"{move.value!r} was held, the link says {found}, shown is {shown}"
    )


def _place(tab: Browser, move: Move, was: Before) -> str:
    text = words.linked(tab.link).get(move.control)
    found = list(KEYS[move.control].parse(text) or ()) if text else []
    return "" if found == move.value else f"{move.control} {move.value} was set, the link says {text}"


def _swap(tab: Browser, move: Move, was: Before) -> str:
    """The link says it and the stepper shows it; what does not fit is said, and leaves the link as it was."""
    at, word = move.value
    stepper = acts.part_of(tab, StepperPart)
    if not isinstance(stepper, StepperPart):
        return "the stepper is gone"
    shown, link = stepper.payload.get("swap"), words.linked(tab.link).get("swap", "")
    if (shown is None) != (not link):
        return f"the link says swap={link!r}, the stepper shows {shown and shown['other']!r}"
    if at == -1:
        return f"the swap was taken back, the link says {link!r}" if link else ""
    token = stepper.payload["tokens"][at]["text"]
    if tokenize(word) == (word,) and word != token:
        same = link == f"{at} {token} {word}"
        return "" if same else f"{word!r} was put in the place of {token!r}, the link says {link!r}"
    if link != was.link.get("swap", ""):
        return f"{word!r} does not fit, and the link says {link!r}"
    return "" if stepper.payload["said"] else f"nothing says that {word!r} does not fit"


def _hand(tab: Browser, move: Move, was: Before) -> str:
    found = words.linked(tab.link).get("drawn")
    places = [part.place() for part in tab.parts.values() if str(part.place()).startswith(move.option.split()[0])]
    return "" if found in places else f"the gates are {places}, the link says {found}"


CHECKS: dict[str, Callable[[Browser, Move, Before], str]] = {
    "frame-lang": _language,
    "preset": _preset,
    "example": _example,
    "explode": _explode,
    "train": _run(GOING),
    "again": _run(GOING),
    "resume": _run(GOING),
    "pause": _run(("paused", "done", "one_broke", "stopped", "broken")),
    "cancel": _run(("cancelled",)),
    "one": _one,
    "use": _use,
    "upload": _upload,
    "measure": _measure,
    "menu": _menu,
    "back": _history,
    "forward": _history,
    "reload": _reload,
    "colours": _colours,
    "stepper": _stepper,
    "beside": _beside,
    "held": _held,
    "hand": _hand,
    "back-way": _turned,
    "spot": _place,
    "wayback": _place,
    "camera": _place,
    "swap": _swap,
}
SLOW = ("train", "again", "resume", "pause", "cancel", "one", "rewind", "reload", "upload")
"""What may take the trainers a moment; the page looks again by itself."""


def sound(tab: Browser) -> str:
    """What is wrong with any page: an exception, a choice that is none of those offered, a link with nonsense."""
    for node in tab.tree.walk():
        if node.kind == "exception":
            return "an exception is shown"
        if node.kind == "toast" and node.element and words.is_saying(node.element.toast.body, "errors.link"):
            return f"the app finds its own link wrong: {node.element.toast.body}"
    for control in tab.controls():
        if control.kind in CHOICES and control.options and control.value not in control.options:
            return f"{named(control.key)[0]} shows {control.value!r}, which it does not offer"
    for name, text in words.linked(tab.link).items():
        if name in KEYS and KEYS[name].parse(text) is None:
            return f"the link says {name}={text[:60]!r}, which is no value of it"
    return ""
