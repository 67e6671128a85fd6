"""Kills a publication at every file operation, for real: one child process for each, ended by SIGKILL before the operation.

An order on stdin (JSON: action, catalogue, work, and what the action needs). For each operation the catalogue is copied
to `work/<number>`, and a child carries the action out there until its turn comes. With `cut_at` children are ended by
the system in the middle of writing a file, when it becomes longer than that. Prints how many children were killed.
"""

import json
import os
import resource
import shutil
import signal
import sys
from datetime import date
from pathlib import Path

from etl.publish.local import LocalCatalogue
from etl.publish.page import Publisher
from etl.signing import open_signer
from schemas.release import open_folder

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = {
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "os.chmod",
    "fcntl.flock",
}


def act(order: dict, catalogue: Path) -> None:
    signer = open_signer(Path(order["key"]), str) if order.get("key") else None
    destination = LocalCatalogue(catalogue, Publisher(signer=signer))
    if order["action"] == "publish":
        destination.publish(destination.plan(open_folder(Path(order["release"]))))
    else:
        told = {"reason": "A mistake.", "on": date(2026, 11, 3)}
        destination.withdraw(destination.plan_withdrawal(order["release"], **told))


def die_before(turn: int) -> None:
    """End this process before its `turn`th change of a file."""
    seen = 0

    def watch(event: str, facts: tuple) -> None:
        nonlocal seen
        changes = event in CHANGES or (event == "open" and isinstance(facts[2], int) and bool(facts[2] & WRITES))
        if changes:
            seen += 1
            if seen == turn:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def run(order: dict, place: Path, turn: int, longest: int) -> int:
    """One child; returns the signal that ended it, 0 when it finished."""
    if Path(order["catalogue"]).exists():
        shutil.copytree(order["catalogue"], place, symlinks=True)
    child = os.fork()
    if child == 0:
        if longest:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))
        else:
            die_before(turn)
        act(order, place)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.waitstatus_to_exitcode(status)


def main() -> None:
    order, killed = json.load(sys.stdin), 0
    if order.get("cut_at"):
        killed = sum(
            run(order, Path(order["work"]) / f"cut-{size}", 0, size) == signal.SIGXFSZ for size in order["cut_at"]
        )
    else:
        while run(order, Path(order["work"]) / str(killed), killed + 1, 0) == signal.SIGKILL:
            killed += 1
    sys.stdout.write(f"{killed}\n")


main()
