"""Files judged on an engine: the same answer as `etl.judging` gives, for files of any size.

A plain CSV file and a Parquet file are judged by a plan; any other file, and a CSV file that is not plain, the ordinary
way, which is for files up to 50 MB. What takes more than one row to see is told of all files together.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa

from etl.agreements import Agreements, agreements_in
from etl.container import MOST_BYTES
from etl.engines.frames import Session
from etl.engines.keys import Keyed, repeated, unexplained
from etl.engines.people import one_row_a_person
from etl.engines.plain import ROW, NotPlain, arrow_type
from etl.engines.plan import plan_of
from etl.engines.run import carried_out, facts_of, prepared
from etl.engines.source import Source, digest, source_of
from etl.engines.together import seen_together
from etl.engines.typed import typed_table
from etl.errors import SettingsError
from etl.file_names import PARQUET, in_a_file_name, shown_name
from etl.findings import Finding, found
from etl.identifiers import personal_data_beside
from etl.judging import Judged, Progress, Settings, Submission, asked_for, judge_alone, quiet, typed_tables, with_placed
from etl.judging import judge_submissions as judge_ordinary
from etl.read import FileRead
from etl.together import REVISIONS, Placed, explained_revisions
from etl.together import unexplained as unexplained_rows
from etl.validate import MOST_LISTED, Validated, in_order
from schemas.declare import Dataset
from schemas.registry import dataset

_PLAIN = (".csv", PARQUET)
_ALL = 1 << 62
Explained = set[tuple[str, str]]


@dataclass(frozen=True)
class Held:
    """A file that an engine holds: what was found in it alone, and its rows for what is found together."""

    judged: Judged
    keyed: Keyed | None = None


def judge(
    submissions: Sequence[Submission], settings: Settings, session: Session, *, progress: Progress = quiet
) -> list[Judged]:  # fmt: skip
    """Judge submissions on an engine, those that are not plain the ordinary way; the answers in the order given."""
    return _judge(submissions, settings, session, progress, MOST_LISTED)[0]


def judge_whole(
    submissions: Sequence[Submission], settings: Settings, session: Session, *, progress: Progress = quiet
) -> list[Judged]:  # fmt: skip
    """The same for a release: where nothing is refused, with the typed table of every file and every single warning."""
    judged, keyed = _judge(submissions, settings, session, progress, MOST_LISTED)
    if any(one.refused for one in judged):
        return judged
    if any(one.beyond for one in judged):
        judged, keyed = _judge(submissions, settings, session, progress, _ALL)
    progress("Taking the rows over")
    return [_with_table(one, keyed.get(one.file.name)) for one in judged]


def _with_table(one: Judged, keyed: Keyed | None) -> Judged:
    if keyed is None or one.validated.dataset is None:
        return one
    return replace(one, validated=replace(one.validated, table=typed_table(keyed, one.validated.dataset)))


def _judge(
    submissions: Sequence[Submission], settings: Settings, session: Session, progress: Progress, most: int
) -> tuple[list[Judged], dict[str, Keyed]]:  # fmt: skip
    """The answers, and the rows of each file that the engine holds. most: how many findings of each check are listed."""
    opened, folders, hashes = dict[str, Source](), dict[Path, Agreements](), dict[str, Future[str]]()
    for one in submissions:
        folders.setdefault(one.agreed_in, agreements_in(one.agreed_in))
    ordinary: dict[str, Judged] = {}
    with ThreadPoolExecutor(1) as beside:  # a file's hash takes as long as a third of its reading
        for one in submissions:
            progress(f"Reading {shown_name(one.name)}")
            agreed = folders[one.agreed_in]
            hashes[one.name] = beside.submit(digest, one.path)
            try:
                opened[one.name] = _opened(one, agreed, settings, session)
            except NotPlain as reason:
                ordinary[one.name] = _ordinary(one, agreed, settings, str(reason))
    if not opened:
        return judge_ordinary(submissions, settings, progress=progress), {}
    tables = typed_tables([*ordinary.values()])
    explained = explained_revisions(tables)
    held = {name: Held(one) for name, one in ordinary.items()}
    log = {name: source.dataset is not None and source.dataset.id == REVISIONS for name, source in opened.items()}
    for one in sorted((each for each in submissions if each.name in opened), key=lambda each: not log[each.name]):
        progress(f"Checking {shown_name(one.name)}")
        file = _file(one, hashes[one.name].result())
        done = _held(file, opened[one.name], (settings, folders[one.agreed_in], most), explained)
        held[one.name] = done
        if log[one.name] and done.keyed:
            explained |= explained_revisions({REVISIONS: typed_table(done.keyed, dataset(REVISIONS))})
    progress("Comparing the files")
    told, beyond = _together(held, tables, explained, (session, settings.jurisdiction))
    answers = with_placed([held[one.name].judged for one in submissions], told)
    keyed = {one.keyed.name: one.keyed for one in held.values() if one.keyed}
    return [replace(one, beyond=one.beyond + beyond.get(one.file.name, 0)) for one in answers], keyed


def _opened(one: Submission, agreed: Agreements, settings: Settings, session: Session) -> Source:
    if one.path.suffix.lower() not in _PLAIN:
        raise NotPlain("it is no CSV or Parquet file")
    parquet = one.path.suffix.lower() == PARQUET
    if any(Path(one.name).name == correction.file for correction in agreed.corrections):
        if parquet:
            raise SettingsError(f"corrections.toml names {one.name}: a Parquet file is corrected where it is made.")
        raise NotPlain("some of its cells are corrected by agreement")
    return source_of(one.path, asked_for(one, settings), session, settings.jurisdiction)


def _ordinary(one: Submission, agreed: Agreements, settings: Settings, reason: str) -> Judged:
    """A file judged the ordinary way; where it is too large for that, the finding says why it was not plain."""
    judged = judge_alone(one, agreed, settings)
    if one.path.suffix.lower() != ".csv" or one.path.stat().st_size <= MOST_BYTES:
        return judged
    said = found("V101", f"The file is larger than 50 MB and cannot be read piece by piece: {reason}.")
    return replace(judged, findings=(said,), validated=replace(judged.validated, findings=(said,)))


def _file(one: Submission, sha256: str) -> FileRead:
    return FileRead(shown_name(one.name, sha256), one.path, sha256, None)


def _held(file: FileRead, source: Source, told: tuple[Settings, Agreements, int], explained: Explained) -> Held:
    """A file's own findings, found by the engine."""
    settings, agreed, most = told
    findings = [*source.findings, *personal_data_beside((), in_a_file_name(file.path.name), settings.jurisdiction)]
    if source.frame is None or source.dataset is None:
        return Held(_judged(file, source, (findings, 0), agreed, 0))
    facts = facts_of(source.frame, source.dataset, source.names, source.texts)
    if not facts.rows:
        findings.append(found("V106", "The file has no row below its header."))
        return Held(_judged(file, source, (findings, 0), agreed, 0))
    plan = plan_of(source.dataset, facts, source.names, (settings.on, settings.jurisdiction))
    plan = replace(plan, predicates=(*plan.predicates, *unexplained(plan, explained)))
    outcome = carried_out(plan, source.frame, most)
    findings += [*one_row_a_person(source.frame, facts, source.dataset, source.names), *outcome.findings]
    judged = _judged(file, source, (findings, outcome.beyond), agreed, facts.rows)
    return Held(judged, Keyed(file.name, prepared(plan, source.frame), plan.cells.same))


def _judged(file: FileRead, source: Source, told: tuple[list[Finding], int], agreed: Agreements, rows: int) -> Judged:
    findings = in_order(told[0])
    return Judged(file, Validated(source.dataset, None, findings, rows), findings, agreed, beyond=told[1])


# --- together ---------------------------------------------------------------------------------------------------------


def _together(
    held: Mapping[str, Held], tables: Mapping[str, pd.DataFrame], explained: Explained, told_by: tuple[Session, str]
) -> tuple[list[Placed], dict[str, int]]:  # fmt: skip
    """What takes more than one row to see, and by file how many findings were counted and not listed.

    told_by: the session, and the jurisdiction.
    """
    session, county = told_by
    files = defaultdict[str, list[Keyed]](list)
    for one in held.values():
        if one.keyed and one.judged.validated.dataset:
            files[one.judged.validated.dataset.id].append(one.keyed)
    placed: list[Placed] = []
    for name, table in tables.items():
        declared = dataset(name, county)
        placed += unexplained_rows(table, declared, explained)
        files[name] += [
            _as_keyed(str(file), rows, declared, session) for file, rows in table.groupby("_file", sort=False)
        ]
    beyond: dict[str, int] = {}
    for name, some in files.items():
        found_twice, more = repeated(some, dataset(name, county))
        placed += [Placed(file, finding) for file, finding in found_twice]
        if more:
            last = found_twice[-1][0]
            beyond[last] = beyond.get(last, 0) + more
    return [*placed, *seen_together(files, county)], beyond


def _as_keyed(file: str, rows: pd.DataFrame, declared: Dataset, session: Session) -> Keyed:
    """A typed table of the ordinary way as an engine's frame."""
    schema = pa.schema([(column.name, arrow_type(column)) for column in declared.columns] + [(ROW, pa.int64())])
    typed = rows.rename(columns={"_row": ROW})[schema.names]
    return Keyed(file, session.of_table(pa.Table.from_pandas(typed, schema=schema, preserve_index=False)), {})
