"""The child process that reads a spreadsheet, forked from a process that has imported all it needs.

The product starts a fresh Python for each spreadsheet, which takes far longer than reading a small one. Here one small
process imports the reader once and forks for each file; from there on all is the same: the limits of `etl.workbook`, its
reading, its printing, and an end that harms nobody else. The most memory that each child held comes back with its end.

The server takes requests from one process at a time, on the socket that is its standard input.
"""

import os
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from etl import workbook

_PID, _END = struct.Struct("q"), struct.Struct("qq")
_LONGEST_PATH = 4096


class Reader:
    """A child at work, as `subprocess.Popen` shows one: its output, its end, and the means to stop it."""

    def __init__(self, server: socket.socket, path: Path, note: Callable[[int], None]) -> None:
        ours, theirs = os.pipe()
        socket.send_fds(server, [os.fsencode(path)], [theirs])
        os.close(theirs)
        self._server, self._note = server, note
        (self._pid,) = _PID.unpack(server.recv(_PID.size))
        self.stdout: BinaryIO = os.fdopen(ours, "rb")
        self.returncode: int | None = None

    def kill(self) -> None:
        """Stop the child."""
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it has come to its end already
                os.kill(self._pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stdout.close()
        self.returncode, most = _END.unpack(self._server.recv(_END.size))
        self._note(most)


class Server:
    """Forks readers while it is open; `note` is told the most memory that each held, as `ru_maxrss` counts it."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self._note = note
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._process = subprocess.Popen([sys.executable, "-m", "benchmarks.forked_reader"], stdin=theirs)
        theirs.close()

    def start(self, path: Path) -> Reader:
        """What `etl.workbook.start` does."""
        return Reader(self._socket, path, self._note)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()
        self._process.wait()


def _read(path: str, output: int) -> None:
    """What `python -m etl.workbook` does, in a child; never returns."""
    code = 1
    try:
        os.dup2(output, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        workbook.read_here(path)
        sys.stdout.flush()
        code = 0
    finally:
        os._exit(code)


def _serve() -> None:
    import python_calamine  # noqa: F401, PLC0415 - so that no child has to import it

    client = socket.socket(fileno=0)
    while True:
        path, (*outputs,), _, _ = socket.recv_fds(client, _LONGEST_PATH, 1)
        if not path:
            return
        child = os.fork()
        if child == 0:
            _read(os.fsdecode(path), outputs[0])
        os.close(outputs[0])
        client.send(_PID.pack(child))
        _, status, used = os.wait4(child, 0)
        client.send(_END.pack(os.waitstatus_to_exitcode(status), used.ru_maxrss))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _serve()
