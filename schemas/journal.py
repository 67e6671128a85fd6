"""Structured logs: one JSON object a line, made of a closed list of fields that hold codes and numbers, never text.

What a visitor sends, what a cell holds and what a library says in its messages can be anything, so none of it is written:
of a library's message only its place in the code and the kind of its exception. Loads nothing heavy.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

LOGGER = "daylight"
CODES = ("command", "destination", "release", "kind", "method", "file", "error", "level", "place", "logger")
"""Fields whose value is a code: letters, figures and a few signs, at most 120. Anything else is withheld."""
NUMBERS = ("exit_code", "seconds", "status", "bytes", "files", "warnings", "replica")
WITHHELD = "[withheld]"
_CODE = re.compile(r"[A-Za-z0-9_./:<>-]{0,120}")
Value = str | int | float


def safe(fields: Mapping[str, object]) -> dict[str, Value]:
    """Those fields that may be written. KeyError for a name that is not on the list: a fault of the program."""
    kept: dict[str, Value] = {}
    for name, value in fields.items():
        if name in NUMBERS and isinstance(value, int | float):
            kept[name] = round(value, 4)
        elif name in CODES:
            kept[name] = str(value) if _CODE.fullmatch(str(value)) else WITHHELD
        else:
            raise KeyError(name)
    return kept


def tell(event: str, **fields: object) -> None:
    """Write one event of ours, if structured logs are switched on."""
    logging.getLogger(LOGGER).info(event, extra={"told": safe(fields)})


class JsonLines(logging.Formatter):
    """One JSON object a line; messages of libraries are reduced to where they come from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = getattr(record, "told", None)
        if record.name == LOGGER and isinstance(told, dict):
            return json.dumps({"at": at, "event": record.msg, **told})
        fields: dict[str, object] = {"level": record.levelname, "logger": record.name}
        fields["place"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            fields |= {"error": record.exc_info[0].__name__, "place": _raised_at(record)}
        return json.dumps({"at": at, "event": "library", **safe(fields)})


def _raised_at(record: logging.LogRecord) -> str:
    """The module and line where an exception was raised."""
    trace = record.exc_info[2] if record.exc_info else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return f"{record.module}:{record.lineno}"
    return f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"


def switch_on(stream: TextIO) -> None:
    """Write structured logs to a stream, our events and the libraries' warnings, and take over their own handlers."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.WARNING
    ours = logging.getLogger(LOGGER)
    ours.setLevel(logging.INFO)
    take_over_if_on()


def take_over_if_on() -> None:
    """Where structured logs are on: let every logger that libraries have set up by now write through ours."""
    if not any(isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers):
        return
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.handlers, logger.propagate = [], True
