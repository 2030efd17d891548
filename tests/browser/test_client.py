"""The tab that speaks Streamlit's protocol says and shows what a real browser does, for the same link and acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks import acts, widgets
from benchmarks.browser import Browser
from scripts.serving import Served
from tests.conftest import Visit
from tests.walk.walk import alone

LINKS = (
    "step?words=4&lang=ja&left=gru",
    "clipping?clip=value&threshold=20&cliffw=4.5",
    "gradients?input=sentence&asked=soap",
    "gates?keeps=gru&listens=r",
    "training?seed=7&twin=rate&second=0.1",
)
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('.stElementContainer[class*=st-key-]')].map((box) => {
  const key = [...box.classList].find((name) => name.startsWith('st-key-')).slice(7);
  const radio = box.querySelector('.stRadio input:checked'), check = box.querySelector('.stCheckbox input');
  const thumb = box.querySelector('[data-testid=stSliderThumbValue]');
  const field = box.querySelector('input:not([type=file], [type=radio], [type=range], .rv-stepper *)');
  const value = radio ? radio.closest('label').innerText.trim() : thumb ? thumb.innerText : check ? check.checked
    : field ? field.value : null;
  return [key, value];
}).filter(([key, value]) => value !== null))"""
NUMBERS = ("slider", "number_input")
TIME = 60


class Noting(Browser):
    """Notes what it asks for."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: list[BackMsg] = []

    async def put(self, message: BackMsg) -> None:
        if message.HasField("rerun_script"):
            self.asked.append(message)
        await super().put(message)


@pytest.mark.browser
@pytest.mark.parametrize("link", LINKS)
def test_every_control_shows_what_it_shows_in_a_browser(app: Served, visit: Callable[..., Visit], link: str) -> None:
    shown = visit(f"{app.address}/{link}").page.evaluate(SHOWN)

    async def look() -> dict[str, Any]:
        page, _, query = link.partition("?")
        tab = Browser(app.address, page=page, link=query)
        await tab.open()
        await tab.close()
        return {one.key: one for one in tab.controls() if one.value is not None}

    ours = alone(look())
    wanted = {key: one.value for key, one in ours.items() if key in shown}
    assert len(shown) > 5
    assert set(shown) <= set(ours)
    assert {key: _same(value, ours[key].kind) for key, value in shown.items()} == wanted


def _same(value: Any, kind: str) -> Any:
    return float(value.replace("−", "-")) if kind in NUMBERS else value


@pytest.mark.browser
def test_it_says_what_a_browser_says(app: Served, visit: Callable[..., Visit]) -> None:
    """The same acts, message by message: link, page, fragment, and the state of every control."""
    theirs = _of_a_browser(app, visit)
    ours = alone(_ours(app))
    assert [_told(one) for one in ours] == [_told(one) for one in theirs]


def _of_a_browser(app: Served, visit: Callable[..., Visit]) -> list[BackMsg]:
    sent: list[BackMsg] = []
    opened = visit(f"{app.address}/clipping?threshold=20")
    page = opened.page
    opened.listen("websocket", lambda socket: socket.on("framesent", lambda raw: _note(sent, raw)))
    opened.open(f"{app.address}/gates?words=4")  # now its socket is heard
    page.locator(".st-key-trained label").first.click()
    opened.settle()
    page.locator(".st-key-keeps label", has_text="GRU").last.click()
    opened.settle()
    page.locator(".st-key-sentence input").fill("Thirsty, Bob runs to buy")
    page.keyboard.press("Enter")
    opened.settle()
    page.locator("[data-testid=stTopNavSection]").first.click()
    page.locator("a", has_text="Compare").first.click()
    opened.settle()
    page.locator(".st-key-projector label").first.click()
    opened.settle()
    page.go_back()
    opened.settle()
    return sent


def _note(sent: list[BackMsg], raw: Any) -> None:
    if isinstance(raw, bytes):
        message = BackMsg.FromString(raw)
        if message.HasField("rerun_script"):
            sent.append(message)


async def _ours(app: Served) -> list[BackMsg]:
    tab = Noting(app.address, page="gates", link="words=4")
    await tab.open()
    for key, value in (("trained", False), ("keeps", "GRU"), ("sentence", "Thirsty, Bob runs to buy")):
        control = widgets.find(tab.controls(), key)
        assert control
        await acts.put(tab, control, value)
        await tab.settle(TIME)
    page = next(page for page in tab.pages if page.url_pathname == "compare")
    await acts.follow(tab, page.page_script_hash)
    await tab.settle(TIME)
    control = widgets.find(tab.controls(), "projector")
    assert control
    await acts.put(tab, control, True)
    await tab.settle(TIME)
    await acts.step_back(tab)
    await tab.settle(TIME)
    await tab.close()
    return tab.asked


def _told(message: BackMsg) -> dict[str, Any]:
    """What the server makes something of."""
    said = message.rerun_script
    states = {one.id: str(one) for one in said.widget_states.widgets if one.WhichOneof("value")}
    about = {"link": said.query_string, "page": said.page_script_hash, "name": said.page_name}
    about |= {"fragment": said.fragment_id, "back": said.is_history_navigation, "again": said.is_auto_rerun}
    return about | {"states": states, "kept": sorted(said.cached_message_hashes)}
