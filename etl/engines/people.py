"""R26 for a file that is one row for each person, told from facts and one count of different keys."""

import narwhals as nw

from etl.engines.facts import Facts, numbers
from etl.engines.frames import Frame
from etl.findings import Finding
from etl.identifiers import ONE_ROW_A_PERSON, PERSON_LEVEL_ROWS
from schemas.declare import Dataset, Kind, Role


def one_row_a_person(frame: Frame, facts: Facts, declared: Dataset, names: tuple[str, ...]) -> list[Finding]:
    """Every count is 0 or 1, and the same keys come again and again, or every row has a text of its own."""
    counts = [name for name in names if declared.column(name).role is Role.COUNT]
    if facts.rows <= PERSON_LEVEL_ROWS or not counts or any(_more_than_one(facts, name) for name in counts):
        return []
    texts = [name for name in names if name not in declared.key and declared.column(name).kind is Kind.TEXT]
    own = max((len({*facts.texts[name]} - {None, ""}) for name in texts), default=0)
    alike = own * 10 > facts.rows * 9 or _different_keys(frame, names, declared) * 2 < facts.rows
    return [ONE_ROW_A_PERSON] if alike else []


def _more_than_one(facts: Facts, name: str) -> bool:
    least, most = facts.least[name], facts.most[name]
    return bool(facts.odd.get(name)) or (most is not None and (least < 0 or most > 1))


def _different_keys(frame: Frame, names: tuple[str, ...], declared: Dataset) -> int:
    keys = [name for name in names if name in declared.key]
    if not keys:
        return 1
    different = frame.select(*keys).unique().with_columns(nw.lit(1).alias("__one"))
    return int(numbers(different, {"rows": nw.col("__one").sum()})["rows"] or 0)
