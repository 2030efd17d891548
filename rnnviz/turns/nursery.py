"""Where the processes beside the server come from.

On Linux one process, the nurse, has loaded everything and forks the others when they are wanted: they share its memory
and are there within milliseconds. It is forked from the server itself before that has threads; should it die, another
is started afresh, which takes seconds. A fork of the running server would copy locks that other threads hold. Where the
system is not Linux, each process is started afresh.

A process waits for requests on a connection, computes them one after the other, and ends when the server does.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from rnnviz import host

LINUX = sys.platform == "linux"
PATIENCE, AFRESH = 3.0, 60.0
"""Seconds until a process has said that it is there: forked, and where something has to be loaded first."""
DYING = 0.05
"""Seconds until the system says that a process has ended whose children have."""
PR_SET_PDEATHSIG = 1
IDLE = 1.0
"""Seconds without a request after which a process gives back to the system what it does not use."""
TOLD = 4000
"""Letters of an error that travel back."""


@dataclass(frozen=True)
class Role:
    """What kind of work a process does, and what it may take for it."""

    name: str
    nice: int
    """How far it gives way to others, up to 19."""
    first_to_go: int
    """Linux's oom_score_adj: where memory runs out, the process with most is ended; the server has 0."""
    memory: int
    """Bytes that it may take beyond what it begins with."""
    limit: float
    """Seconds that a request may take."""
    eager: bool
    """Whether it is there before the first request."""


NURSE = Role("nurse", nice=0, first_to_go=400, memory=0, limit=0.0, eager=True)


class Refused(Exception):
    """A request that was not computed. `why` is "slow" (beyond the time limit), "memory" (beyond the memory limit),
    "lost" (its process was ended, twice) or "busy" (no process came free in time)."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why

    def __reduce__(self) -> tuple[Any, ...]:
        return Refused, (self.why, "")


@dataclass
class Worker:
    """A process, as the server sees it."""

    pid: int
    connection: Connection

    def __post_init__(self) -> None:
        self._handle: int | None = None
        """Of the process itself, where the system has such: its number may be another's once it has ended."""
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self._handle = os.pidfd_open(self.pid)

    def ask(self, request: bytes) -> tuple[bool, Any, int]:
        """Whether it went well, the result or the exception, and the bytes of that. Raises EOFError or OSError if the
        process ends meanwhile."""
        self.connection.send_bytes(request)
        answer = self.connection.recv_bytes()
        well, value = pickle.loads(answer)
        return well, value, len(answer)

    def stopped(self) -> bool:
        """Whether somebody has stopped it (SIGSTOP), where the system tells."""
        return host.state_of(self.pid) in ("T", "t")

    def gone(self) -> bool:
        """Whether it has ended. To be asked only while it has no request."""
        try:
            return self.connection.poll(0)
        except (EOFError, OSError):
            return True

    def kill(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(OSError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self.pid, signal.SIGKILL if LINUX else signal.SIGTERM)

    def close(self) -> None:
        """End it and forget it."""
        self.kill()
        handle, self._handle = self._handle, -1
        with contextlib.suppress(OSError):
            self.connection.close()
        if handle is not None and handle >= 0:
            os.close(handle)


class Nurse:
    """The process that forks the others."""

    def __init__(self, pid: int, control: socket.socket, ended: Callable[[], bool]) -> None:
        self.pid, self.control, self.ended = pid, control, ended
        self.control.setblocking(False)
        self.patience = AFRESH
        """Seconds to wait for its next process: before the first it loads what all need."""

    def stop(self) -> None:
        """End it, and with it all that it forked."""
        with contextlib.suppress(OSError):
            self.control.close()
        if not self.ended():  # else its number may be another's by now
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """Starts processes. Every method may be called from any thread."""

    def __init__(self) -> None:
        self.preload: tuple[str, ...] = ("rnnviz.training.advance", "rnnviz.training.zoo")
        """Modules that a nurse loads, and functions, as "module:name", that it calls: what all its processes share."""
        self._changing = threading.Lock()
        self._nurse: Nurse | None = None
        self._past: list[Nurse] = []
        self._odd = 0

    def fork(self) -> None:
        """Fork the nurse from this process. For its main thread, before it has others; on Linux, else nothing."""
        if LINUX and self._nurse is None:
            self._nurse = forked(self.preload)

    def start(self, role: Role) -> Worker:
        """A new process. Raises OSError if there is none in time; the next try may do better."""
        if not LINUX:
            return alone(role)
        nurse = self._present()
        mine, its = Pipe()
        try:
            with its:
                socket.send_fds(nurse.control, [pickle.dumps(role)], [its.fileno()])
            if not mine.poll(nurse.patience):
                raise OSError("the process that forks the others does not answer")
            pid = mine.recv()
        except (OSError, EOFError) as why:
            mine.close()
            self.replace(nurse)
            raise OSError(str(why)) from why
        nurse.patience = PATIENCE
        return Worker(pid, mine)

    def look(self) -> None:
        """To be called every now and then: a nurse that has ended, or was stopped for two looks, is replaced."""
        self._past = [one for one in self._past if not one.ended()]  # to ask lets the system forget it
        nurse = self._nurse
        if nurse is None:
            return
        self._odd = self._odd + 1 if nurse.ended() or host.state_of(nurse.pid) in ("T", "t") else 0
        if self._odd >= 2:
            self._odd = 0
            self.replace(nurse)

    def fell(self) -> bool:
        """Whether a process that has just ended did so because the nurse has."""
        nurse = self._nurse
        if nurse is None:
            return False
        time.sleep(DYING)
        return nurse is not self._nurse or nurse.ended()

    def replace(self, old: Nurse) -> None:
        """Another nurse in the place of this one, unless there is another already."""
        with self._changing:
            if self._nurse is old:
                old.stop()
                self._past.append(old)
                self._nurse = started_afresh(self.preload)

    def stop(self) -> None:
        """End the nurse, and with it all that it forked."""
        with self._changing:
            old, self._nurse = self._nurse, None
        if old is not None:
            old.stop()
            for _ in range(100):  # it has been killed: this takes a moment
                if old.ended():
                    break
                time.sleep(0.01)

    @property
    def pid(self) -> int | None:
        """The nurse's."""
        return self._nurse.pid if self._nurse else None

    def _present(self) -> Nurse:
        with self._changing:
            if self._nurse is None:
                self._nurse = started_afresh(self.preload)
            return self._nurse


def forked(preload: tuple[str, ...]) -> Nurse:
    """A nurse that shares the memory of this process."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid == 0:
        try:
            _close_all_but(its.fileno())
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # it was forked from the server's main thread
            nurse(its, preload)
        finally:
            os._exit(1)
    its.close()
    dead: list[int] = []

    def ended() -> bool:
        if not dead:
            try:
                dead.extend(filter(None, os.waitpid(pid, os.WNOHANG)[:1]))
            except ChildProcessError:
                dead.append(pid)
        return bool(dead)

    return Nurse(pid, mine, ended)


def started_afresh(preload: tuple[str, ...]) -> Nurse:
    """A nurse in a new interpreter, which first has to load what it needs."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-c", f"from rnnviz.turns.nursery import main; main({its.fileno()}, {preload})"],
            pass_fds=[its.fileno()],
            stdin=subprocess.DEVNULL,
            env=_environment(),
        )
    return Nurse(process.pid, mine, lambda: process.poll() is not None)


def main(control: int, preload: tuple[str, ...]) -> None:
    """What a nurse does that was started afresh."""
    nurse(socket.socket(fileno=control), preload)


def nurse(control: socket.socket, preload: tuple[str, ...]) -> NoReturn:
    """Load what all need, then fork a process for each request, until the server ends."""
    _settle(NURSE)
    for name in preload:
        module, _, function = name.partition(":")
        found = importlib.import_module(module)
        if function:
            getattr(found, function)()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who ends is gone at once
    gc.collect()
    gc.freeze()  # or every process would copy all pages when it first looks for garbage
    control.setblocking(True)
    while True:
        role, fds, *_ = socket.recv_fds(control, 4096, 1)
        if not role:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            work(Connection(fds[0]), pickle.loads(role))
        for fd in fds:
            os.close(fd)


def alone(role: Role) -> Worker:
    """A process in a new interpreter of its own, where there is no nurse. Raises OSError if it does not come."""
    token = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(AFRESH)
        port = door.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-c", f"from rnnviz.turns.nursery import call; call({port}, {pickle.dumps(role)!r})"],
            stdin=subprocess.PIPE,
            env=_environment(),
        )
        assert process.stdin is not None
        process.stdin.write(token.encode())
        process.stdin.close()
        try:
            who, _ = door.accept()
            connection = Connection(who.detach())
            if not connection.poll(AFRESH) or connection.recv_bytes(64) != token.encode():
                connection.close()
                raise OSError("a stranger called")
            return Worker(connection.recv(), connection)
        except (OSError, EOFError) as why:
            process.kill()
            raise OSError(str(why)) from why


def call(port: int, role: bytes) -> None:
    """What a process does that was started alone: call the server."""
    connection = Connection(socket.create_connection(("127.0.0.1", port)).detach())
    connection.send_bytes(sys.stdin.buffer.read())
    work(connection, pickle.loads(role))


def work(connection: Connection, role: Role) -> NoReturn:
    """Compute what is asked for, until the server ends."""
    _settle(role)
    connection.send(os.getpid())
    while True:
        try:
            if not connection.poll(IDLE):
                give_back()
            request = connection.recv_bytes()
        except (EOFError, OSError):
            os._exit(0)
        answer = compute(request)
        try:
            connection.send_bytes(answer)
        except OSError:
            os._exit(0)


def compute(request: bytes) -> bytes:
    """The pickled answer to a pickled request: whether it went well, and the result or the exception."""
    try:
        function, args, kwargs = pickle.loads(request)
        return pickle.dumps((True, function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:
        return failed(error)


def give_back() -> None:
    """Give memory back that was used for the last requests: the C library keeps it for the next ones."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if LINUX else None
    if trim is not None:
        trim(0)


def failed(error: BaseException) -> bytes:
    """An exception as an answer, as it is where it can travel."""
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error)[:TOLD]:  # torch's own words
        return pickle.dumps((False, Refused("memory", str(error)[:TOLD])))
    error.add_note("".join(traceback.format_exception(error))[-TOLD:])
    error.__traceback__ = error.__cause__ = error.__context__ = None
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)
    except Exception:
        answer = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}"[:TOLD])))
    return answer


def _settle(role: Role) -> None:
    """In a new process: what it may take, and leave Ctrl-C to the server."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not LINUX:
        return
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the server's handler would only make a note
    os.nice(role.nice)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(role.first_to_go))
    if role.memory:
        import resource

        status = Path("/proc/self/status").read_text()
        has = int(status.partition("VmData:")[2].split()[0]) * 1024
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (has + role.memory, most))


def _close_all_but(*kept: int) -> None:
    """What the server has open is not this process's, least of all the port it listens on."""
    low = 3
    for fd in sorted(kept):
        os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, 65536)


def _environment() -> dict[str, str]:
    """This process's, with the place from which it has rnnviz."""
    root = str(Path(__file__).parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
