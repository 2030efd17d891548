"""Take the README's pictures from the real app: assets/screenshots/*.png.

    python -m scripts.screenshots            # all of them
    python -m scripts.screenshots cell gru   # only those whose names begin so

Each picture is a link that anyone can open, so what it shows depends on the shipped networks alone. A page
that complains (an exception, a message in the console, a figure that does not come) stops the script.
"""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, FloatRect, Page, sync_playwright

import rnnviz
from rnnviz.tasks.errands import EXAMPLES, stretch
from rnnviz.text import tokenize
from rnnviz.training.plans import PRESETS
from rnnviz.ui.state import ALICE
from scripts.serving import ROOT, Served, launch, serve

FOLDER = ROOT / "assets" / "screenshots"
LARGEST = 400_000
"""No picture has more bytes than this: a README should open at once."""
DESKTOP, PHONE = (1440, 900), (390, 844)
LOCALES = {"en": "en-US", "ja": "ja-JP"}
STAGE = ".rv-stepper"
BUSY = "[data-testid=stApp]:not([data-test-script-state=notRunning])"
MARGIN = 14
FAILED = "[data-testid=stException], .st-key-frame-error, .rv-body[data-failed], [data-testid=stToast]"


def at(words: int, token: int = -1, text: str = ALICE) -> dict[str, object]:
    """The sentence with so many words in between, and the step at one of its tokens."""
    step = range(len(stretch(tokenize(text), words)))[token]
    return {"words": words, "step": step} | ({"sentence": text} if text != ALICE else {})


@dataclass(frozen=True)
class Picture:
    """One picture: where the app stands, who looks at it, and what of the page is kept."""

    link: dict[str, object]
    page: str = ""
    """The page's address; "" for the Step page."""
    theme: str = "light"
    lang: str = "en"
    size: tuple[int, int] = DESKTOP
    only: str = ""
    """A CSS selector: only this part of the page is kept. Else what fits in the window."""
    down_to: str = ""
    """A CSS selector: the window is made tall enough for this part of the page."""
    scrolled_to: str = ""
    """A CSS selector: the page is scrolled until this is the first thing in the window."""
    trained: bool = False
    """Train is pressed first, and the end of training waited for."""


def cell() -> dict[str, object]:
    """The unit of the LSTM that weighs most in its answer (cell state times gradient), one word after the need."""
    gradients = rnnviz.backpropagate(trace := rnnviz.trace(rnnviz.load("lstm"), ALICE), of="logit", at="last")
    assert gradients.dc is not None
    assert trace.c is not None
    return at(0, tokenize(ALICE).index("thirsty") + 1) | {"unit": int((gradients.dc[-1] * trace.c[-1]).argmax())}


STRETCHED = at(40)
JAPANESE = at(20, text=EXAMPLES["ja"][0])
UNTRAINED = STRETCHED | {"trained": "false"}
GRU = STRETCHED | {"left": "lstm", "right": "gru"}
SHUT, OPEN = "00", "5k"  # as the link writes a gate
SOLVED: dict[str, object] = {
    "drawn": "lstm.hold."
    + "".join(OPEN if t == 2 else SHUT for t in range(13))  # i
    + "".join(OPEN if t > 2 else SHUT for t in range(13))  # f
    + "".join(OPEN if t == 12 else SHUT for t in range(13))  # o
}
EXPLODES: dict[str, object] = {**PRESETS["explodes"]}

PICTURES = {
    "step-light": Picture(STRETCHED, down_to=".rv-columns"),
    "step-dark": Picture(STRETCHED, theme="dark", down_to=".rv-columns"),
    "step-ja": Picture(JAPANESE, lang="ja"),
    "untrained-light": Picture(UNTRAINED),
    "untrained-dark": Picture(UNTRAINED, theme="dark"),
    "gru-light": Picture(GRU, down_to=".rv-columns"),
    "gru-dark": Picture(GRU, theme="dark", down_to=".rv-columns"),
    "cell-light": Picture(cell(), only=".rv-one"),
    "cell-dark": Picture(cell(), theme="dark", only=".rv-one"),
    "gradients-light": Picture({"length": 60}, "gradients"),
    "gradients-dark": Picture({"length": 60}, "gradients", theme="dark"),
    "cliff-light": Picture({}, "clipping", only=".st-key-cliff-board [data-id=above]"),
    "cliff-dark": Picture({}, "clipping", theme="dark", only=".st-key-cliff-board [data-id=above]"),
    "gates-light": Picture(SOLVED, "gates"),
    "gates-dark": Picture(SOLVED, "gates", theme="dark"),
    "compare-light": Picture({"words": 20}, "compare"),
    "compare-dark": Picture({"words": 20}, "compare", theme="dark"),
    "training-light": Picture(EXPLODES, "training", trained=True, down_to="[data-id=curves]"),
    "training-dark": Picture(EXPLODES, "training", theme="dark", trained=True, down_to="[data-id=curves]"),
    "phone-ja-dark": Picture(JAPANESE, theme="dark", lang="ja", size=PHONE),
    "phone-ja-dark-figures": Picture(
        JAPANESE, theme="dark", lang="ja", size=PHONE, scrolled_to=".rv-column:nth-child(2) .rv-head"
    ),
}


def take(browser: Browser, app: Served, picture: Picture) -> bytes:
    """The picture as PNG. Raises RuntimeError if the page complains, TimeoutError if it does not come."""
    width, height = picture.size
    phone = picture.size == PHONE
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        locale=LOCALES[picture.lang],
        color_scheme="dark" if picture.theme == "dark" else "light",
        reduced_motion="reduce",
        has_touch=phone,
        is_mobile=phone,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    page.goto(f"{app.address}/{picture.page}?{urlencode(picture.link)}")
    wait(page, picture)
    if picture.trained:
        page.locator(".st-key-train button").click()
        page.wait_for_selector(".st-key-pause", timeout=30_000)
        page.wait_for_selector(".st-key-pause", state="detached", timeout=600_000)
        wait(page, picture)
    complaints += page.locator(FAILED).all_inner_texts()
    if complaints:
        raise RuntimeError("the page complains:\n" + "\n".join(complaints))
    shot = page.screenshot(clip=frame(page, picture))
    context.close()
    return shot


def is_complaint(said: ConsoleMessage) -> bool:
    """Streamlit itself looks for its server under the page's own path first, in vain."""
    return said.type == "error" and "/_stcore/" not in said.location.get("url", "")


def frame(page: Page, picture: Picture) -> FloatRect | None:
    """Bring into view what the picture is of, and return the part of the window to keep; None for all of it."""
    if picture.down_to:
        box = page.locator(picture.down_to).bounding_box()
        assert box
        page.set_viewport_size({"width": picture.size[0], "height": round(box["y"] + box["height"]) + MARGIN})
    if picture.scrolled_to:
        page.locator(picture.scrolled_to).evaluate(
            """node => {
                const covered = [...document.querySelectorAll(
                    "[data-testid=stHeader], .rv-band > :first-child")].reduce((sum, bar) => sum + bar.offsetHeight, 0);
                const main = document.querySelector("[data-testid=stMain]");
                main.scrollTop += node.getBoundingClientRect().top - covered;
            }"""
        )
    page.wait_for_timeout(700)  # for whatever follows the window's size
    if not picture.only:
        return None
    part = page.locator(picture.only)
    part.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)  # a board draws what comes into view
    box = part.bounding_box()
    assert box
    return {
        "x": box["x"] - MARGIN,
        "y": box["y"] - MARGIN,
        "width": box["width"] + 2 * MARGIN,
        "height": box["height"] + 2 * MARGIN,
    }


def wait(page: Page, picture: Picture) -> None:
    """Until the figures stand, at the link's step and in the wanted theme, and the app has been still."""
    drawn = f".rv-board[data-drawn][data-theme={picture.theme}]"
    if not picture.page:
        drawn = f'{STAGE}[data-drawn][data-theme={picture.theme}][data-step="{picture.link["step"]}"]'
    page.wait_for_selector(drawn, timeout=60_000)
    page.wait_for_timeout(1500)  # the rest is told to Python after half a second, which runs the page again
    page.wait_for_selector(BUSY, state="detached", timeout=30_000)
    page.wait_for_selector(drawn, timeout=30_000)
    page.evaluate("document.fonts.ready")


def small(png: bytes) -> bytes:
    """The same picture with as many colours as fit into `LARGEST`. Raises ValueError if 64 are too many."""
    full = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64):
        out = io.BytesIO()
        full.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise ValueError(f"{out.tell():,} bytes, wanted at most {LARGEST:,}")


def main(wanted: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    chosen = {name: p for name, p in PICTURES.items() if name.startswith(tuple(wanted) or "")}
    with serve() as app, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, picture in chosen.items():
            png = small(take(browser, app, picture))
            (FOLDER / f"{name}.png").write_bytes(png)
            print(f"{name}.png {len(png) / 1000:.0f} kB", flush=True)
        browser.close()
        if "Traceback" in app.log():
            raise RuntimeError(f"the app complains:\n{app.log()}")


if __name__ == "__main__":
    main(sys.argv[1:])
