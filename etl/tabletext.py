"""A table as published text. One place, so that a build and a check of it write the same bytes."""

import re

import pandas as pd

_RUNS = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_APOSTROPHE = "'"


def is_run_by_spreadsheets(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula: it begins as one, and is not just a number."""
    return bool(_RUNS.match(text)) and not _NUMBER.fullmatch(text)


def safe_to_open(text: str) -> str:
    """A text that a spreadsheet shows and never runs: one that would be run gets an apostrophe before it."""
    return f"{_APOSTROPHE}{text}" if is_run_by_spreadsheets(text) else text


def _text(value: object) -> str:
    """A cell as published: nothing for missing, no trailing zeros, ISO dates."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)


def _texts(cells: pd.Series) -> list[str] | pd.Series:
    """The cells of a column as published. Texts and whole numbers, which are most, are taken all at once."""
    if pd.api.types.is_string_dtype(cells.dtype) or pd.api.types.is_integer_dtype(cells.dtype):
        return cells.astype("string").fillna("")
    return [_text(value) for value in cells]


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as RFC 4180 text in UTF-8 with line feeds."""
    texts = pd.DataFrame({name: _texts(cells) for name, cells in table.items()})
    return texts.to_csv(index=False, lineterminator="\n").encode()
