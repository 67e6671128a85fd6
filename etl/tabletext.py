"""A table as published text. One place, so that a build and a check of it write the same bytes."""

import pandas as pd


def _text(value: object) -> str:
    """A cell as published: nothing for missing, no trailing zeros, ISO dates."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as RFC 4180 text in UTF-8 with line feeds."""
    texts = pd.DataFrame({name: [_text(value) for value in cells] for name, cells in table.items()})
    return texts.to_csv(index=False, lineterminator="\n").encode()
