"""The frame without a browser: it runs in both languages, and the server sends what it should."""

from __future__ import annotations

import gzip
import urllib.request

import plotly.offline
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.language import labels_of, translate
from rnnviz.scenes.readings import file_of, version
from rnnviz.tasks import errands
from rnnviz.training import zoo
from rnnviz.ui import server, web
from rnnviz.ui.keys import NETWORKS
from scripts.serving import ROOT, Served

PLOTLY = server.file_path("plotly.js", plotly.offline.get_plotlyjs())
PAGES = {file.stem: file.parent.name for file in ROOT.glob("pages/*/[!_]*.py")}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_has_a_title_and_a_section(language: str) -> None:
    assert PAGES
    assert PAGES.keys() <= labels_of(language, "frame.pages").keys()
    assert set(PAGES.values()) <= labels_of(language, "frame.sections").keys()


def test_the_frame_shows_the_start_page_and_speaks_both_languages() -> None:
    app = AppTest.from_file(str(ROOT / "rnnviz" / "ui" / "frame.py"), default_timeout=30).run()
    assert not app.exception
    assert not app.error
    app.button(key="frame-lang-ja").click().run()
    assert app.query_params["lang"] in ("ja", ["ja"])
    assert app.toggle(key="projector").label == translate("ja", "frame.projector")
    app.button(key="frame-lang-en").click().run()
    assert app.toggle(key="projector").label == translate("en", "frame.projector")


def get(address: str, path: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(address + path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read(), {name.lower(): value for name, value in answer.headers.items()}


@pytest.mark.parametrize("language", errands.LANGUAGES)
@pytest.mark.parametrize("trained", [True, False])
def test_the_weights_of_every_network_that_a_page_may_name_are_sent(language: str, trained: bool, app: Served) -> None:
    for name in NETWORKS:
        file = file_of(zoo.reading(name, language), trained)
        with urllib.request.urlopen(f"{app.address}/files/{file}-{version(file)}.json") as answer:
            assert answer.status == 200, file


def test_plotly_comes_compressed_and_for_good(app: Served) -> None:
    body, headers = get(app.address, PLOTLY, Accept_Encoding="gzip")
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert headers["content-type"].startswith("text/javascript")
    plain, headers = get(app.address, PLOTLY)
    assert "content-encoding" not in headers
    assert gzip.decompress(body) == plain
    assert len(body) < 0.4 * len(plain)


def test_streamlits_own_files_come_compressed(app: Served) -> None:
    page, _ = get(app.address, "/")
    script = page.decode().split('src=".')[1].split('"')[0]
    body, headers = get(app.address, script, Accept_Encoding="gzip")
    plain, _ = get(app.address, script)
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain


def test_every_answer_carries_the_security_headers(app: Served) -> None:
    for path in ("/", "/step", PLOTLY, "/_stcore/health"):
        _, headers = get(app.address, path)
        assert {name.lower(): value for name, value in web.HEADERS.items()}.items() <= headers.items()
        assert "content-security-policy" in headers
