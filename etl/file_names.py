"""The names of files and sheets: what they give away, and what reports call those that do.

A clerk may name a file after a person or a case. Such a file is refused (R26), and its name is repeated nowhere: no
report, receipt, page, progress or message says it.
"""

import re

from etl.identifiers import identifier_in

SUFFIXES = (".csv", ".xlsx", ".ods")
PARQUET = ".parquet"
"""What only an engine reads: a build takes it, an inbox does not."""
_JOINTS = re.compile(r"[_.\-]+")


def in_a_name(name: str) -> str | None:
    """What the name of a file, a sheet or a range of cells gives away, whatever joins its words."""
    return identifier_in(name) or identifier_in(_JOINTS.sub(" ", name), names=True)


def in_a_file_name(name: str) -> str | None:
    """What the name of a file gives away, with and without its ending."""
    file = name.rpartition("/")[2]
    return in_a_name(file.rpartition(".")[0]) or in_a_name(file)


def shown_sheet(name: str, number: int) -> str:
    """The name of a sheet as reports call it: by its number where the name itself gives somebody away."""
    return f"sheet {number}" if in_a_name(name) else name


def shown_name(name: str, digest: str = "") -> str:
    """A file's name as reports, receipts and messages call it: withheld where the name itself gives somebody away.

    digest: the hash of the file, whose beginning then takes the place of the name.
    """
    folder, slash, file = name.rpartition("/")
    if not in_a_file_name(file):
        return name
    suffix = next((suffix for suffix in SUFFIXES if file.lower().endswith(suffix)), "")
    return f"{folder}{slash}{'-'.join(filter(None, ['withheld', digest[:8]]))}{suffix}"
