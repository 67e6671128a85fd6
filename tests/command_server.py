"""Runs `daylight` in forks of one process that has the libraries loaded: real processes, without seconds of start each.

One order a line on stdin (JSON: arguments, folder, environment, out, err, most_bytes); one exit code a line on stdout.
`pid_file`, where an order has one, is told the process, so that a test can kill it.
`most_bytes` is the longest file that the command can write: longer, and the system says no, as on a full disk.
"""

import json
import os
import resource
import sys
import traceback
from pathlib import Path

import etl.cli
import etl.compare
import etl.pipeline
import etl.publish.local
import etl.publish.socrata
import etl.report
import etl.signing
import etl.status
import etl.verify


def _prepare(order: dict) -> None:
    os.chdir(order["folder"])
    if "pid_file" in order:
        Path(order["pid_file"]).write_text(str(os.getpid()))
    os.environ.clear()
    os.environ.update(order["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    if order["most_bytes"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_bytes"], order["most_bytes"]))
    sys.argv = ["daylight", *order["arguments"]]


def _exit_code(order: dict) -> int:
    try:
        _prepare(order)
        etl.cli.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - what a person would see
        traceback.print_exc()
        return 1
    return 0


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        code = _exit_code(json.loads(line))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
    sys.stdout.flush()
