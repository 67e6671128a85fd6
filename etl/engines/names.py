"""The engines by name, and what their choice depends on. Loads nothing: the command line reads this before it runs."""

import os
from enum import StrEnum


class Engine(StrEnum):
    """What can run the checks."""

    PANDAS = "pandas"
    POLARS = "polars"
    DUCKDB = "duckdb"
    DASK = "dask"
    SPARK = "spark"


def memory() -> int:
    """Bytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
