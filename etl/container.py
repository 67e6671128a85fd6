"""Is this file what its name says, and safe to open? Judged from its bytes before any reader sees it.

Spreadsheets are zip archives. The directory of an archive can lie, so members are inflated and counted here, in small
pieces, and nothing is kept. Measured reason: a 4 kB file with an old Office header and the wrong name makes fast readers
ask for all the memory there is.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator

MOST_BYTES = 50_000_000
MOST_INFLATED = 200_000_000
MOST_MEMBERS = 2_000
_LARGE_MEMBER = 10_000_000
_MOST_RATIO = 200
_PIECE = 1 << 18
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNSEARCHABLE = ("xl/embeddings/", "xl/model/")
_CONTENT_OF = {".xlsx": "xl/workbook.xml", ".ods": "content.xml"}


class Unsafe(Exception):
    """Why a file is not opened, in words for the person who sent it."""


def check_container(content: bytes, suffix: str) -> None:
    """Raise Unsafe when a spreadsheet is not one, or would not be safe to open.

    content: the whole file. suffix: the ending of its name, .xlsx or .ods.
    """
    if content.startswith(_OLD_OFFICE):
        raise Unsafe("The file is protected by a password, or is an old .xls workbook under another name.")
    if not content.startswith(_ZIP):
        raise Unsafe(f"The file is named {suffix} but is not such a spreadsheet.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, suffix)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as fault:
        raise Unsafe("The spreadsheet is cut off, damaged or encrypted.") from fault


def _check_members(archive: zipfile.ZipFile, suffix: str) -> None:
    members = archive.infolist()
    names = [member.filename for member in members]
    if len(members) > MOST_MEMBERS:
        raise Unsafe("The spreadsheet holds far more parts than a submission can have.")
    if len({name.lower() for name in names}) != len(names):
        raise Unsafe("The spreadsheet holds two parts of one name, so that readers would disagree on it.")
    if any(".." in name.split("/") or name.startswith(("/", "\\")) for name in names):
        raise Unsafe("The spreadsheet holds a part with a path that leads out of it.")
    if any(name.lower().endswith("vbaproject.bin") or name.startswith("Basic/") for name in names):
        raise Unsafe("The workbook holds macros. Save it as a workbook without macros (.xlsx).")
    if any(name.lower().startswith(_UNSEARCHABLE) for name in names):
        raise Unsafe(
            "The workbook holds an embedded file or a data model, which cannot be searched for personal data. "
            "Copy the table into a new workbook and send that."
        )
    if any(member.flag_bits & 1 for member in members) or "EncryptedPackage" in names:
        raise Unsafe("The spreadsheet is protected by a password.")
    if _CONTENT_OF[suffix] not in names:
        raise Unsafe(f"The file is named {suffix} but is not such a spreadsheet.")
    total = 0
    for member in members:
        inflated = sum(len(piece) for piece in _pieces(archive, member, MOST_INFLATED - total))
        total += inflated
        if total >= MOST_INFLATED or (inflated > _LARGE_MEMBER and inflated > _MOST_RATIO * member.compress_size):
            raise Unsafe("The spreadsheet unpacks to far more than a submission can hold.")


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo, at_most: int) -> Iterator[bytes]:
    """The content of a member piece by piece, up to a number of bytes; a document type declaration is refused."""
    seen = 0
    with archive.open(member) as part:
        while seen < at_most and (piece := part.read(_PIECE)):
            if seen == 0 and b"<!DOCTYPE" in piece[:1024]:
                raise Unsafe("The spreadsheet holds a document type declaration, which no spreadsheet needs.")
            seen += len(piece)
            yield piece
