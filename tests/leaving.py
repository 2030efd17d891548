"""Visits that come, do three things and go; and the app with a window through which its objects can be counted."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections import Counter
from pathlib import Path

from benchmarks import acts
from benchmarks.visitor import Visitor
from scripts.serving import ROOT, Served

PATIENCE = 90.0
AT_ONCE = 6
WINDOW = '''
"""What there is in the server. Visits that have ended are forgotten now, not after minutes."""
import gc, os, sys, threading
from collections import Counter
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit import runtime
from streamlit.runtime.app_session import AppSession
from rnnviz.turns import queue, tickets
from rnnviz.ui import asked, desk

queue.KEEP = 3.0

async def count(_):
    server = runtime.get_instance()
    server._session_mgr._session_storage._cache.clear()
    gc.collect()
    found = gc.get_objects()
    kinds = [type(one) for one in found]
    return JSONResponse({
        "visits": kinds.count(AppSession),
        "desks": kinds.count(desk.Desk),
        "runs in the queue": len(tickets._everybody().entries) if tickets._dispatcher else 0,
        "computations": len(asked.kept.flights),
        "files": sum(len(own) for own in server._uploaded_file_mgr.file_storage.values()),
        "threads": threading.active_count(),
        "descriptors": len(os.listdir("/proc/self/fd")),
        "pandas": int("pandas" in sys.modules),
        "objects": len(found),
        "kinds": Counter(one.__qualname__ for one in kinds).most_common(60),
    })

ROUTE = Route("/count", count)
'''


def copy(root: Path) -> None:
    """The app, with the window as /count."""
    for name in (".streamlit", "rnnviz", "pages", "assets"):
        (root / name).symlink_to(ROOT / name)
    (root / "window.py").write_text(WINDOW)
    code = (ROOT / "app.py").read_text()
    assert code.count("routes=server.ROUTES") == 1
    code = code.replace("routes=server.ROUTES", "routes=[*server.ROUTES, window.ROUTE]")
    (root / "app.py").write_text(code.replace("from rnnviz.turns import", "import window\nfrom rnnviz.turns import", 1))


def counted(app: Served) -> Counter[str]:
    """What there is in the server now."""
    with urllib.request.urlopen(f"{app.address}/count", timeout=60) as answer:
        return Counter(json.load(answer))


async def come_and_go(address: str, number: int, sentences: list[str]) -> None:
    """One visit. Every fourth is on another page; what they ask for comes again after a while."""
    errors: list[str] = []
    page = ("step", "gradients", "training", "compare")[number % 4]
    links = {"gradients": f"seed={number % 100}", "training": f"task=adding&budget=100&seed={number % 10}"}
    tab = Visitor(address, page=page, link=links.get(page, ""), cookie=f"browser {number}")
    run = await tab.open(PATIENCE)
    errors += run.errors
    if page == "training":
        errors += (await tab.press("train", PATIENCE)).errors
        await acts.put(tab, tab.control("seed"), number % 10 + 10)
        errors += (await tab.settle(PATIENCE)).errors
        if number % 8 < 4:  # others simply leave
            errors += (await tab.press("cancel", PATIENCE)).errors
    else:
        for k in range(3):
            if page == "gradients":
                await acts.put(tab, tab.control("length"), float(20 + (number + k) % 30))
                errors += (await tab.settle(PATIENCE)).errors
            else:
                errors += (await tab.type(sentences[(3 * number + k) % len(sentences)], PATIENCE)).errors
    assert not errors, f"{page}: {errors}"
    await tab.close()


async def visits(address: str, numbers: range, sentences: list[str]) -> None:
    """All these visits, some at once."""
    waiting = iter(numbers)

    async def door() -> None:
        for number in waiting:
            await come_and_go(address, number, sentences)

    await asyncio.gather(*(door() for _ in range(AT_ONCE)))
