"""Start the real app and a real browser, for tests, screenshots and benchmarks."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).parents[1]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# What a host does that takes app.py for a plain script, without looking for a server in it.
PLAIN = """
import sys
from streamlit import config
from streamlit.web import bootstrap
config._main_script_path = "app.py"
options = {"server.address": sys.argv[1], "server.port": int(sys.argv[2])}
bootstrap.load_config_options(options)
bootstrap.run("app.py", False, [], options)
"""


@dataclass
class Served:
    """A running app: its address, and what it said."""

    address: str
    output: IO[bytes]
    pid: int

    def log(self) -> str:
        self.output.seek(0)
        return self.output.read().decode(errors="replace")


@contextmanager
def serve(
    *options: str,
    root: Path = ROOT,
    plain: bool = False,
    seconds: float = 60,
    base: str = "",
    folder: Path | None = None,
    files: int | None = None,
    python: Path = Path(sys.executable),
    port: int = 0,
) -> Iterator[Served]:
    """Run the app that lies in `root` on a free port of this machine. Raises RuntimeError if it does not start.

    `base`: under this path; `folder`: started from there; `files`: with so many open files, and no way to more;
    `python`: in whose environment; `port`: on this one.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        at = str(port or probe.getsockname()[1])
    command = [str(python), "-c", PLAIN, "127.0.0.1", at]
    if not plain:
        script = "app.py" if folder is None else str(root / "app.py")
        command = [str(python), "-m", "streamlit", "run", script, "--server.address", "127.0.0.1"]
        command += ["--server.port", at, *(["--server.baseUrlPath", base] if base else []), *options]
    if files is not None:
        command = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *command]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder or root, stdout=output, stderr=subprocess.STDOUT)
        served = Served(f"http://127.0.0.1:{at}{base and '/' + base}", output, process.pid)
        try:
            until = time.monotonic() + seconds
            while not _answers(f"{served.address}/_stcore/health"):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the app did not start:\n{served.log()}")
                time.sleep(0.05)
            yield served
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def launch(playwright: Playwright, light: bool = False) -> Browser:
    """A headless Chromium: the system's, else Playwright's own. Raises RuntimeError if there is none.

    `light`: without the browser's own windows, where the system has such a one. A page then costs half the processor
    time; what is measured or pictured is done with the whole.
    """
    names = (*["chromium-headless-shell"][:light], "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and not Path(playwright.chromium.executable_path).exists():
        raise RuntimeError("No Chromium here. On Debian or Ubuntu: sudo apt-get install chromium fonts-noto-cjk")
    return playwright.chromium.launch(executable_path=found, args=FLAGS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
