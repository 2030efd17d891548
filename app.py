"""The server: `streamlit run app.py`. What it shows is in rnnviz/ui/frame.py and pages/."""

from __future__ import annotations

import os

# Many visitors share the cores: one thread each. NumPy's BLAS reads this once, when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.ui import server


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    server.claim()
    server.warm()
    yield


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        "rnnviz/ui/frame.py",
        lifespan=lifespan,
        routes=server.ROUTES,
        middleware=[Middleware(server.Headers), Middleware(server.Compressed)],
    )
else:  # a host that runs this file as a plain script gets the same pages
    from rnnviz.ui.frame import show

    server.warm()
    show()
