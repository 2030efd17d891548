"""What a visitor does with a page, and what their browser makes of it: one or several messages to the server.

Nothing here waits for an answer, but for a file that is fetched or sent.
"""

from __future__ import annotations

import asyncio
import re
import urllib.request
import uuid
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks import widgets
from benchmarks.browser import Browser
from benchmarks.parts import BoardPart, GatesPart, Part, StepperPart
from benchmarks.widgets import Control


async def put(browser: Browser, control: Control, value: Any) -> None:
    """Choose, slide, type or switch. The same value again is no message, and a text that is refused is none."""
    await leave(browser, control)
    same = browser.states.get(control.id) == widgets.state_of(control.kind, control.proto, control.id, value)
    if same or refused(control, value):
        return
    browser.states[control.id] = widgets.state_of(control.kind, control.proto, control.id, value)
    await browser.send(control.fragment)


def refused(control: Control, value: Any) -> bool:
    """Whether the browser itself refuses a text, with a word of the page's."""
    rule = getattr(control.proto, "validate_regex", "")
    return bool(rule) and bool(value) and not re.search(rule, value)


async def press(browser: Browser, control: Control) -> None:
    """Press a button."""
    await leave(browser, control)
    await browser.send(control.fragment, trigger=control.id)


async def leave(browser: Browser, control: Control | None) -> None:
    """Whoever touches something beside an open menu closes it first: a message by itself."""
    for node in list(browser.tree.walk()):
        if node.kind != "popover" or (control and node.element is None and widgets.id_of(node) == control.id):
            continue
        menu = widgets.control_of(node, browser.states)
        within = {widgets.id_of(child) for child in node.walk()}
        if menu and menu.value and (control is None or control.id not in within):
            browser.states[menu.id] = WidgetState(id=menu.id, bool_value=False)
            await browser.send(menu.fragment)


async def follow(browser: Browser, hash: str) -> None:
    """Follow a link of the menu. The link's values are left behind; what is told is what the frame drew."""
    await leave(browser, None)
    await _to_page(browser, hash, None, back=False)


async def step_back(browser: Browser, by: int = -1) -> bool:
    """The browser's Back, or Forward (1). False where there is no such page."""
    if not 0 <= browser.place + by < len(browser.history):
        return False
    browser.place += by
    browser.page, browser.link = browser.history[browser.place]
    path = f"/{browser.page}"
    start = next((page for page in browser.pages if page.is_default), None)
    found = next((page for page in browser.pages if path.endswith(f"/{page.url_pathname}")), start)
    browser.told_query = browser.link
    await _to_page(browser, found.page_script_hash if found else browser.script, browser.link, back=True)
    return True


async def _to_page(browser: Browser, hash: str, query: str | None, back: bool) -> None:
    browser._stop_looking()
    frame = {widgets.id_of(node) for node in browser.tree.walk() if node.script == browser.main}
    states = {id: state for id, state in browser.states.items() if id in frame}
    await browser.send(page=hash, query=query, back=back, states=states)


async def recolor(browser: Browser, dark: bool) -> None:
    """The system's colours change; nobody but the components hears of it."""
    browser.dark = dark
    for part in browser.parts.values():
        part.check_theme()
    await browser.tell()


async def stand(browser: Browser, part: StepperPart, step: int, network: int, unit: int) -> None:
    """Go to a step and a unit of the stepper, and rest there."""
    part.step = step
    part.choose(network, unit)
    await rest(browser)


async def turn(browser: Browser, part: StepperPart, back: bool) -> None:
    """Follow the gradient back from the answer, or read on, and rest there."""
    part.back = back
    part.step = len(part.payload["tokens"]) - 1 if back else part.step
    await rest(browser)


async def put_place(browser: Browser, part: BoardPart, name: str, value: list[float]) -> None:
    """Choose a cell of a map, or turn a figure in space, and rest."""
    part.places[name] = value
    await rest(browser)


async def swap(browser: Browser, part: StepperPart, **what: Any) -> None:
    """Put another word in the place of one, or take that back, and rest."""
    part.swap(**what)
    await rest(browser)


async def beside(browser: Browser, part: StepperPart, network: int, unit: int) -> None:
    """Put a unit beside the chosen one, and rest."""
    part.second = (network, unit)
    await rest(browser)


async def hold(browser: Browser, part: StepperPart, held: str) -> None:
    """Go where a hold begins, look at its unit, rest there, and hold it; empty: let go."""
    if held:
        step, side, _, unit, _ = held.split(".")
        await stand(browser, part, int(step), int(side == "right"), int(unit))
    part.hold(held)
    await browser.tell()


async def draw(browser: Browser, part: GatesPart, settings: list[int]) -> None:
    """Set the gates by hand, and rest."""
    part.put(settings)
    await rest(browser)


async def rest(browser: Browser) -> bool:
    """Half a second in which nobody touches anything; whether the page had something to tell then."""
    for part in browser.parts.values():
        part.rest()
    return await browser.tell()


def part_of(browser: Browser, kind: type[Part]) -> Part | None:
    """A component of a kind on the page."""
    return next((part for part in browser.parts.values() if isinstance(part, kind)), None)


async def upload(browser: Browser, control: Control, name: str, data: bytes, patience: float) -> None:
    """Choose a file: ask where it goes, send it there, and tell that it has arrived. One that was there goes."""
    await leave(browser, control)
    request = BackMsg()
    request.file_urls_request.request_id = asked = uuid.uuid4().hex
    request.file_urls_request.file_names.append(name)
    request.file_urls_request.session_id = browser.session
    await browser.put(request)
    await browser.until(lambda: asked in browser.replies, patience)
    answer = browser.replies.pop(asked).file_urls_response
    if answer.error_msg:
        raise OSError(answer.error_msg)
    (urls,) = answer.file_urls
    state = browser.states.get(control.id)
    for old in state.file_uploader_state_value.uploaded_file_info if state else ():
        await asyncio.to_thread(_request, browser, old.file_urls.delete_url, "DELETE")
    body, kind = _form(name, data)
    await asyncio.to_thread(_request, browser, urls.upload_url, "PUT", body, kind)
    info = UploadedFileInfo(name=name, size=len(data), file_id=urls.file_id, file_urls=urls)
    browser.states[control.id] = widgets.state_of(control.kind, control.proto, control.id, [info])
    await browser.send(control.fragment)


async def take_away(browser: Browser, control: Control) -> None:
    """Take a file away again."""
    await leave(browser, control)
    for old in browser.states[control.id].file_uploader_state_value.uploaded_file_info:
        await asyncio.to_thread(_request, browser, old.file_urls.delete_url, "DELETE")
    browser.states[control.id] = widgets.state_of(control.kind, control.proto, control.id, [])
    await browser.send(control.fragment)


async def download(browser: Browser, control: Control, patience: float) -> bytes:
    """Press a download button; returns the file."""
    await leave(browser, control)
    button = control.proto
    if not button.ignore_rerun:
        await browser.send(control.fragment, trigger=control.id)
    url = button.url
    if button.deferred_file_id:
        request = BackMsg()
        request.backend_operation_request.request_id = asked = uuid.uuid4().hex
        request.backend_operation_request.session_id = browser.session
        request.backend_operation_request.deferred_file.file_id = button.deferred_file_id
        await browser.put(request)
        await browser.until(lambda: asked in browser.replies, patience)
        answer = browser.replies.pop(asked).backend_operation_response
        if answer.error_msg:
            raise OSError(answer.error_msg)
        url = answer.deferred_file.url
    return await asyncio.to_thread(_request, browser, url, "GET")


def _form(name: str, data: bytes) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
    kind = "Content-Type: application/octet-stream\r\n\r\n"
    return f"{head}{kind}".encode() + data + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


def _request(browser: Browser, path: str, method: str, body: bytes | None = None, kind: str = "") -> bytes:
    """Ask the server by HTTP, with the cookie that its first answer set."""
    with urllib.request.urlopen(f"{browser.address}/_stcore/health", timeout=60) as health:
        cookie = (health.headers.get("set-cookie") or "").split(";")[0]
    headers = {"Cookie": cookie, "X-Xsrftoken": cookie.partition("=")[2]} | ({"Content-Type": kind} if kind else {})
    request = urllib.request.Request(browser.address + path, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())
