"""Any link opens any page: after a cold start, in both languages, with nonsense in it, asking no one else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import expect

from rnnviz.language import translate
from scripts.serving import ROOT, Served, serve
from tests.conftest import Tabs, Visit

pytestmark = pytest.mark.browser

PAGES = ["", *sorted(file.stem for file in ROOT.glob("pages/*/[!_]*.py"))]
LOCALES = {"en": "en-US", "ja": "ja-JP"}


def assert_sound(visit: Visit) -> None:
    page = visit.page
    assert page.locator("[data-testid=stException], .st-key-frame-error").count() == 0
    assert page.get_by_role("dialog").count() == 0, "page not found"
    assert page.locator("[data-testid=stMain] :is(h1, h2, p, input)").count() > 0
    assert visit.errors == []
    hosts = {urlsplit(url).hostname for url in visit.requested if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}


def assert_speaks(visit: Visit, language: str) -> None:
    assert visit.page.evaluate("document.documentElement.lang") == language
    expect(visit.page.get_by_text(translate(language, "frame.projector"))).to_have_count(1)


@pytest.mark.slow
def test_the_first_links_after_a_start(tabs: Tabs) -> None:
    """All pages at once, as a class opens them: each is asked for before any other was ever drawn. In the browsers'
    language, English."""
    with serve() as cold, ExitStack() as opened:
        class_of_tabs = [opened.enter_context(tabs.open(locale=LOCALES["en"])) for _ in PAGES]
        for tab, path in zip(class_of_tabs, PAGES, strict=True):
            tab.page.goto(f"{cold.address}/{path}", wait_until="commit")
        for tab in class_of_tabs:
            tab.stand()
            tab.settle()
            assert_sound(tab)
            assert_speaks(tab, "en")
        assert "Traceback" not in cold.log()


@pytest.mark.night
@pytest.mark.parametrize("path", PAGES)
def test_the_first_link_after_a_start(path: str, visit: Callable[..., Visit]) -> None:
    with serve() as cold:
        tab = visit(f"{cold.address}/{path}")
        assert_sound(tab)
        assert "Traceback" not in cold.log()


def test_the_first_link_after_a_start_is_to_another_page(small_root: Path, visit: Callable[..., Visit]) -> None:
    with serve(root=small_root) as cold:
        tab = visit(f"{cold.address}/two?words=7")
        assert_sound(tab)
        assert tab.page.locator("h1").inner_text() == "two"
        assert tab.page.get_by_role("slider").input_value() == "7"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_in_the_browsers_language(path: str, app: Served, visit: Callable[..., Visit]) -> None:
    """In Japanese; in English by the test of the first links."""
    tab = visit(f"{app.address}/{path}", locale=LOCALES["ja"])
    assert_sound(tab)
    assert_speaks(tab, "ja")


def test_the_links_language_wins_over_the_browsers(app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/?lang=ja", locale="en-US")
    assert tab.page.evaluate("document.documentElement.lang") == "ja"


SCRIPT = "<img src=x onerror=window.broken=1><script>window.broken=1</script>"


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(
    "link",
    [
        "words=999&left=transformer&trained=perhaps&step=-5&unit=1e9&projector=2&lang=xx&hide=%00,%FF",
        "words=&left=&trained=&step=&unit=&projector=&lang=&hide=&sentence=",
        "words=nan&words=3&left=gru&left=%F0%9F%90%8C&step=%D9%A3&unit=" + "9" * 400,
        f"sentence={quote(SCRIPT)}&left={quote(SCRIPT)}&hide={quote(SCRIPT)}&{quote(SCRIPT)}=1",
        "sentence=" + quote("$\\frac{1}{0}$ **:red[x]** `x` مرحبا 日本語 \u202e \x07 🦥"),
        "sentence=" + "word%20" * 3000,
    ],
    ids=["not allowed", "empty", "odd numbers", "html", "markdown", "long"],
)
def test_a_tampered_link(link: str, language: str, app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/?{link}", locale=LOCALES[language])
    assert_sound(tab)
    assert tab.page.evaluate("window.broken") is None


def test_a_link_that_cannot_be_met_is_explained(app: Served, visit: Callable[..., Visit]) -> None:
    tab = visit(f"{app.address}/?words=999", locale="ja-JP")
    message = translate("ja", "errors.link", names="words")
    assert tab.page.locator("[data-testid=stToast]").inner_text().startswith(message)
    assert "words" not in tab.page.url


def test_a_host_that_runs_app_py_as_a_plain_script(small_root: Path, visit: Callable[..., Visit]) -> None:
    with serve(root=small_root, plain=True) as served:
        tab = visit(f"{served.address}/?words=9")
        assert_sound(tab)
        assert tab.page.locator("h1").inner_text() == "one"
        assert_sound(visit(f"{served.address}/two"))
        size = tab.page.evaluate(
            """async () => {
                const url = /'plotly': '([^']+)'/.exec(document.querySelector('code').innerText)[1]
                await new Promise((done, failed) => {
                    const script = document.createElement('script')
                    document.head.append(Object.assign(script, {src: url, onload: done, onerror: failed}))
                })
                return typeof window.Plotly.react
            }"""
        )
        assert size == "function"
