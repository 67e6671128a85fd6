"""Writing that survives a power cut: the content is on the disk before anything points to it."""

import os
from pathlib import Path


def write(path: Path, content: bytes, *, never_over: bool = False) -> None:
    """Write a file and wait until it is on the disk; with `never_over` FileExistsError where there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb" if never_over else "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
