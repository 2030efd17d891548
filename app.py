"""The server: `streamlit run app.py`. What it shows is in rnnviz/ui/frame.py and pages/."""

from __future__ import annotations

import os

# Many visitors share the cores: one thread each. NumPy's BLAS and torch's OpenMP read this once, when they are first
# imported. torch.set_num_threads would not do: OpenMP keeps it for each thread, and every rerun has a new one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.scriptrunner import get_script_run_ctx

from rnnviz.turns import tickets, workers
from rnnviz.ui import calm, server, startup, uploads, web


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    server.claim()
    startup.warm()
    workers.start_readers(*startup.READERS)
    startup.give_back()
    yield
    tickets.stop()
    workers.stop()


if get_script_run_ctx(suppress_warning=True) is None:
    app = st.App(
        "rnnviz/ui/frame.py",
        lifespan=lifespan,
        on_script_error=calm.failed,
        routes=server.ROUTES,
        middleware=[
            Middleware(web.Headers),
            Middleware(web.Closed),
            Middleware(web.Compressed),
            Middleware(uploads.Uploads),
        ],
    )
else:  # a host that runs this file as a plain script gets the same pages
    from rnnviz.ui.frame import show

    workers.start_readers(*startup.READERS, fork=False)
    startup.warm()
    show()
