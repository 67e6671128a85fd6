"""How a run of a command went: one event for the logs, one line for a mail, and a file of metrics for a monitor.

A monitor's node exporter reads the file (its “textfile collector”). It holds the newest run only: when it ended, with
which exit code, and when one last succeeded, so that an alert can ask how long ago that was.
"""

import functools
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, time
from typing import Any, ParamSpec, TypeVar

import typer

from schemas import journal

P = ParamSpec("P")
T = TypeVar("T")
_WORDS = {
    0: "done", 2: "not understood, or there was nothing to do it with",
    10: "refused, a submission has errors", 11: "refused, small counts could not be protected",
    12: "stopped, a release is damaged", 13: "failed, nothing or not everything was published",
    14: "stopped, a setting is wrong", 15: "stopped, a declaration is wrong", 130: "interrupted",
}  # fmt: skip


@dataclass
class Run:
    """One run. planned: nothing was to be changed. summary: whether a line for a mail is asked for."""

    command: str
    destination: str = ""
    release: str = ""
    warnings: int = 0
    planned: bool = False
    summary: bool = False
    unchanged: bool = False

    def line(self, code: int, seconds: float) -> str:
        """One line that says how it went; no text of a submission is part of it."""
        how = "only planned" if self.planned and not code else _WORDS.get(code, "failed, a fault of the program")
        to = f" to {self.destination}" if self.destination else ""
        parts = [f"daylight {self.command}{to}: {how}"]
        parts += [f"release {self.release}{', nothing new' if self.unchanged else ''}"] if self.release else []
        parts += [f"{self.warnings} warnings"] if self.warnings else []
        return f"{'; '.join(parts)} (exit code {code}, {seconds:.1f} s)"


_current: ContextVar[Run] = ContextVar("run")
_waiting: list[str] = []


def say_summaries() -> None:
    """Print the lines for a mail, once everything else has been said."""
    while _waiting:
        typer.echo(_waiting.pop(0), err=True)


def note(**facts: Any) -> None:  # noqa: ANN401 - fields of Run
    """Remember facts of the run under way."""
    run = _current.get(None)
    for name, value in facts.items() if run else ():
        setattr(run, name, value)


def _code_of(fault: BaseException | None) -> int:
    if fault is None:
        return 0
    if isinstance(fault, KeyboardInterrupt):
        return 130
    code = fault.code if isinstance(fault, SystemExit) else getattr(fault, "exit_code", 1)  # ours, click's and typer's
    return code if isinstance(code, int) else 1


def recorded(command: Callable[P, T]) -> Callable[P, T]:
    """A command whose runs are told, whatever way they end."""

    @functools.wraps(command)
    def told(*arguments: P.args, **options: P.kwargs) -> T:
        run, began = Run(command.__name__), monotonic()
        _logs()
        token = _current.set(run)
        try:
            return command(*arguments, **options)
        finally:
            _current.reset(token)
            _tell(run, _code_of(sys.exc_info()[1]), monotonic() - began)

    return told


def _logs() -> None:
    """Switch structured logs on where the settings ask for them."""
    from etl.settings import wants_logs  # noqa: PLC0415 - help needs no settings

    if wants_logs():
        journal.switch_on(sys.stderr)


def _tell(run: Run, code: int, seconds: float) -> None:
    from etl.errors import SettingsError  # noqa: PLC0415
    from etl.settings import current  # noqa: PLC0415

    facts = {"command": run.command, "exit_code": code, "seconds": seconds}
    journal.tell("planned" if run.planned else "run", **facts, destination=run.destination, release=run.release,
                 warnings=run.warnings)  # fmt: skip
    if run.summary:
        _waiting.append(run.line(code, seconds))
    try:
        folder = current().metrics_dir
    except SettingsError:
        return
    if folder and not run.planned:
        try:
            write_metrics(folder, run, code=code, seconds=seconds, now=time())
        except OSError as fault:
            typer.echo(f"The metrics could not be written to {folder}: {fault.strerror}.", err=True)


def _last_success(path: Path) -> float:
    """When a run last succeeded, as the file of the run before says; 0 where it never did."""
    from prometheus_client.parser import text_string_to_metric_families  # noqa: PLC0415

    try:
        families = list(text_string_to_metric_families(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return 0.0
    return next(
        (s.value for f in families for s in f.samples if s.name == "daylight_run_success_timestamp_seconds"), 0.0
    )


def write_metrics(folder: Path, run: Run, *, code: int, seconds: float, now: float) -> None:
    """Write the file of a command, in one step. OSError when it cannot be written."""
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    name = "_".join(filter(None, ("daylight", run.command, run.destination)))
    path = folder / f"{name}.prom"
    registry = CollectorRegistry()
    values = {
        "daylight_run_end_timestamp_seconds": ("When the newest run ended.", now),
        "daylight_run_success_timestamp_seconds":
            ("When a run last succeeded.", now if code == 0 else _last_success(path)),
        "daylight_run_exit_code": ("With which code the newest run ended (0 is success).", code),
        "daylight_run_seconds": ("How long the newest run took.", seconds),
    }  # fmt: skip
    for metric, (says, value) in values.items():
        gauge = Gauge(metric, says, ("command", "destination"), registry=registry)
        gauge.labels(run.command, run.destination).set(value)
    write_to_textfile(str(path), registry)
