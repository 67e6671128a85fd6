"""What the tests of the dashboard share. `catalogue` is the released bundled data (tests/conftest.py)."""

from pathlib import Path

import pytest

from dashboard import data
from dashboard.edition import Edition


@pytest.fixture
def edition(catalogue: Path) -> Edition:
    """The newest release, opened as the pages open it."""
    data.use(catalogue)
    return data.edition()
