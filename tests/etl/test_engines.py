"""The same findings on every engine as in a county's file, and no plan that looks carried out and was not."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.engines import frames, narrow, pieces, plain, source, with_polars
from etl.engines.facts import NotEvaluated, collected
from etl.engines.frames import Session, chosen
from etl.engines.judge import judge, judge_whole
from etl.engines.names import Engine
from etl.engines.pieces import head_of
from etl.engines.plain import NotPlain, arrow_type
from etl.engines.plan import Plan, Predicate, plan_of
from etl.engines.run import carried_out, facts_of
from etl.engines.source import source_of
from etl.engines.truth import Cells
from etl.errors import SettingsError
from etl.findings import found
from etl.judging import Judged, Settings, Submission, judge_submissions
from etl.validate import submittable
from schemas.declare import Dataset, Kind
from schemas.registry import dataset
from schemas.rules import Level

ON, COUNTY = date(2026, 11, 20), "king_county"
SETTINGS = Settings(on=ON, jurisdiction=COUNTY)
HERE = (Engine.PANDAS, Engine.POLARS, Engine.DUCKDB, Engine.DASK)
GIB = 1 << 30

BAD = {
    Kind.WHOLE: ["", "-3", "1,234", "12.5", "x", "007", "９", "0", "999999999999", "9999999999999", "1 000", " 7 "],
    Kind.DECIMAL: ["", "-1.5", "150", "20%", "abc", "1e5", "1,200.5", "3.25"],
    Kind.DATE: ["", "2026-09-10", "9/10/2026", "2026-13-01", "2020-01-05", "2026-11-30", "0000-00-00"],
    Kind.CODE: ["", "dajd", "NOPE", "none", " ALL ", "John Smith", "I-247D", "Customs and Border Protection"],
    Kind.PERIOD: ["", "2026-09", "Sep 2026", "2026-12", "2025-Q3", "2026/8", "13/2026", "2015-03", "2026"],
    Kind.TEXT: ["", "log", "call 206-555-0199", "x" * 250, "John Smith", "NA"],
}
"""Cells that are wrong, odd, or right in an odd way, by the kind of their column."""

each_engine = pytest.mark.parametrize("engine", HERE)


def told(judged: Sequence[Judged]) -> list[tuple[object, ...]]:
    """File, row, column and rule of every finding, with its sentence and level."""
    return sorted(
        (one.file.name, f.row or 0, f.column or "", f.kind.code, f.message, str(f.severity))
        for one in judged for f in one.findings
    )  # fmt: skip


def submissions(*paths: Path) -> list[Submission]:
    return [Submission(path, path.name, path.parent) for path in paths]


def on(engine: Engine, *paths: Path) -> list[Judged]:
    with Session(engine) as session:
        return judge(submissions(*paths), SETTINGS, session)


def ordinary(*paths: Path) -> list[Judged]:
    return judge_submissions(submissions(*paths), SETTINGS)


def write(folder: Path, name: str, rows: Sequence[dict[str, str]]) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def bad_rows(declared: Dataset, seed: int, count: int) -> list[dict[str, str]]:
    """Rows of the declared examples with other periods and counts, some columns left out, and bad cells among them."""
    chance = Random(f"{declared.id}{seed}")
    columns = [column for column in declared.columns if column.in_header or chance.random() < 0.7]
    chance.shuffle(columns)
    rows = []
    for _ in range(count):
        row = {column.name: chance.choice(declared.examples).get(column.name, "") for column in columns}
        if len(row.get("period", "")) == 7 and "Q" not in row["period"]:
            row["period"] = f"2026-{chance.randint(1, 9):02d}"
        for column in columns:
            if chance.random() < 0.06:
                row[column.name] = chance.choice(BAD[column.kind])
            elif column.kind is Kind.WHOLE and chance.random() < 0.2:
                row[column.name] = str(chance.randint(0, 30))
        rows.append(row)
    return rows


WITH_EXAMPLES = [declared for declared in submittable() if declared.examples]


@cache
def _spread() -> dict[str, str]:
    """Which engine looks at which dataset where not each looks at all: every engine has its turn."""
    return {declared.id: HERE[number % 3] for number, declared in enumerate(WITH_EXAMPLES)}


# --- agreement --------------------------------------------------------------------------------------------------------


@each_engine
def test_a_bad_file_is_told_of_alike(engine, tmp_path):
    path = write(tmp_path, "ice_requests_2026.csv", bad_rows(dataset("ice_requests"), 1, 40))
    expected = ordinary(path)
    assert {"V202", "V203", "V205", "R01", "R24", "R25", "R26"} <= {
        f.kind.code for one in expected for f in one.findings
    }
    assert told(on(engine, path)) == told(expected)


@pytest.mark.parametrize("declared", WITH_EXAMPLES, ids=lambda declared: declared.id)
def test_every_dataset_is_told_of_alike(declared, tmp_path):
    path = write(tmp_path, f"{declared.id}_2026.csv", bad_rows(declared, 7, 40))
    assert told(on(Engine(_spread()[declared.id]), path)) == told(ordinary(path))


def test_another_county_s_file_is_told_of_by_its_own_lists(tmp_path):
    other = replace(SETTINGS, jurisdiction="pierce_county")
    rows = bad_rows(dataset("account_reviews", other.jurisdiction), 7, 30)
    path = write(tmp_path, "account_reviews_2026.csv", rows)
    with Session(Engine.POLARS) as session:
        judged = judge(submissions(path), other, session)
    assert told(judged) == told(judge_submissions(submissions(path), other))
    assert told(judged) != told(ordinary(path))


@pytest.mark.parametrize("engine", [Engine.POLARS, pytest.param(Engine.DUCKDB, marks=pytest.mark.slow)])
def test_several_files_are_told_of_together(engine, tmp_path):
    names = ("ice_requests", "notice_compliance", "account_reviews", "database_access", "training")
    paths = [
        write(tmp_path, f"{name}_{seed}.csv", bad_rows(dataset(name), seed, 12)) for name in names for seed in (1, 2)
    ]
    assert told(on(engine, *paths)) == told(ordinary(*paths))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), engine=st.sampled_from(HERE[:3]))
def test_made_up_tables_are_told_of_alike(data, engine):
    declared = dataset("notice_compliance")
    columns = {
        column.name: st.sampled_from([declared.examples[0].get(column.name, ""), *BAD[column.kind]])
        for column in declared.columns if column.in_header or column.name in ("facility", "revision", "method")
    }  # fmt: skip
    rows = data.draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=6))
    with TemporaryDirectory() as folder:
        path = write(Path(folder), "notice_compliance.csv", rows)
        assert told(on(engine, path)) == told(ordinary(path))


@pytest.mark.slow
@settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 1000))
def test_made_up_tables_are_told_of_alike_on_dask(seed):
    with TemporaryDirectory() as folder:
        path = write(Path(folder), "account_reviews.csv", bad_rows(dataset("account_reviews"), seed, 12))
        assert told(on(Engine.DASK, path)) == told(ordinary(path))


# --- Parquet ----------------------------------------------------------------------------------------------------------


def parquet(folder: Path, declared: Dataset, rows: Sequence[dict[str, str]], *, as_text: bool = False) -> Path:
    """The same rows as a Parquet file, typed as declared or all text."""
    fields = [pa.field(name, pa.string() if as_text else arrow_type(declared.column(name))) for name in rows[0]]
    columns = []
    for field in fields:
        cells = pa.array([row[field.name] or None for row in rows], pa.string())
        columns.append(cells.cast(field.type))
    path = folder / f"{declared.id}_2026.parquet"
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), path, row_group_size=7)
    return path


def _shifted(judged: Sequence[Judged]) -> list[tuple[object, ...]]:
    """What was told of a Parquet file, as if it had a header line."""
    found_in = []
    for _, row, *rest in told(judged):
        found_in.append((row + 1 if row else 0, *rest))
    return sorted(line for line in found_in if "same key" not in line[3])


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        *((engine, "ice_requests") for engine in HERE),
        pytest.param(Engine.DASK, "federal_counts", marks=pytest.mark.slow),
    ],
)
def test_a_typed_parquet_file_is_told_of_as_the_same_csv(engine, name, tmp_path):
    """federal_counts leaves the engine whole, to be compared from period to period; of ice_requests only sums do."""
    declared = dataset(name)
    kinds = {column.name: column.kind for column in declared.columns}
    rows = bad_rows(declared, 3, 30)
    for row in rows:
        for column, cell in row.items():
            if kinds[column] is Kind.DATE and cell and cell not in ("2026-09-10", "2020-01-05", "2026-11-30"):
                row[column] = ""
            if kinds[column] in (Kind.WHOLE, Kind.DECIMAL):
                row[column] = cell if cell.removeprefix("-").isascii() and cell.removeprefix("-").isdigit() else ""
                row[column] = "" if len(row[column]) > 12 or row[column] == "007" else row[column]
    expected = [line[1:] for line in told(ordinary(write(tmp_path, f"{name}_2026.csv", rows)))]
    expected = sorted(line for line in expected if "same key" not in line[3])
    assert expected
    assert _shifted(on(engine, parquet(tmp_path, declared, rows))) == expected


def test_an_answer_of_pandas_does_not_bring_its_index_along():
    picked = pd.DataFrame({"first": [1, 2, 3], "second": ["a", "b", "c"]}).iloc[[2, 0]]
    answer = collected(nw.from_native(picked), ["second"])
    assert (answer.column_names, answer["second"].to_pylist()) == (["second"], ["c", "a"])


def test_a_parquet_file_of_text_is_read_like_csv(tmp_path):
    rows = bad_rows(dataset("training"), 4, 20)
    expected = [line[1:] for line in told(ordinary(write(tmp_path, "training_2026.csv", rows)))]
    got = _shifted(on(Engine.POLARS, parquet(tmp_path, dataset("training"), rows, as_text=True)))
    assert got == sorted(line for line in expected if "same key" not in line[3])


# --- pieces of a file -------------------------------------------------------------------------------------------------


def test_a_file_read_in_many_pieces_is_told_of_as_one_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(pieces, "_PIECE", 700)
    path = write(tmp_path, "ice_requests_2026.csv", bad_rows(dataset("ice_requests"), 11, 60))
    path.write_text(path.read_text(encoding="utf-8") + "\n\n" * 500, encoding="utf-8")
    assert told(on(Engine.POLARS, path)) == told(ordinary(path))


NARROW = 1 << 30
LARGE = [(Engine.PANDAS, 0), (Engine.POLARS, 0), (Engine.POLARS, NARROW), (Engine.DUCKDB, 0)]


@pytest.mark.parametrize(("engine", "most"), LARGE, ids=["pandas", "polars", "polars narrowed", "duckdb"])
def test_files_too_large_for_memory_are_told_of_as_small_ones(engine, most, tmp_path, monkeypatch):
    monkeypatch.setattr(source, "_IN_MEMORY", 0)
    monkeypatch.setattr(frames, "_IN_MEMORY", 0)
    monkeypatch.setattr(frames, "_NARROW_IN_MEMORY", most)
    monkeypatch.setattr(pieces, "_PIECE", 900)
    monkeypatch.setattr(with_polars, "_PIECE_ROWS", 7)
    paths = [
        write(tmp_path, f"{name}_{seed}.csv", bad_rows(dataset(name), seed, 30))
        for name in ("notice_compliance", "ice_requests") for seed in (5, 6)
    ]  # fmt: skip
    paths.append(parquet(tmp_path, dataset("training"), bad_rows(dataset("training"), 4, 20), as_text=True))
    paths.append(parquet(tmp_path, dataset("account_reviews"), good_rows("account_reviews")))
    told_of = told(on(engine, *paths))
    assert len({line[0] for line in told_of}) == len(paths)
    monkeypatch.undo()
    assert told_of == told(on(engine, *paths))
    assert [line for line in told_of if str(line[0]).endswith(".csv")] == told(ordinary(*paths[:-2]))


def test_narrow_columns_hold_and_add_up_what_wide_ones_do(tmp_path):
    rows = {"text": ["a", None, "b", "a"], "size": [1, None, 40_000, 1 << 40], "small": [100] * 4, "none": [None] * 4}
    schema = pa.schema({"text": pa.string(), "size": pa.int64(), "small": pa.int64(), "none": pa.int64()})
    path = tmp_path / "any.parquet"
    pq.write_table(pa.table(rows, schema=schema), path, row_group_size=2)
    columns = narrow.of_parquet(path, schema)
    assert {name: str(cells.type) for name, cells in columns.items() if name != "text"} == {
        "size": "int64", "small": "int8", "none": "null", plain.ROW: "int32",
    }  # fmt: skip
    held = with_polars.held(
        columns, schema.set(0, pa.field("text", plain.TEXTS)).append(pa.field(plain.ROW, pa.int64()))
    )
    assert held.collect_schema()[plain.ROW] == held.collect_schema()["none"] == pl.Int64
    assert held.select(plain.ROW, pl.col("text").cast(pl.String), "size", "none").collect().rows() == [
        (1, "a", 1, None), (2, None, None, None), (3, "b", 40_000, None), (4, "a", 1 << 40, None),
    ]  # fmt: skip
    assert held.select(pl.col("small") + pl.col("small")).collect()["small"].to_list() == [200] * 4


def test_a_scanned_file_answers_as_polars_own_scan_does(tmp_path, monkeypatch):
    monkeypatch.setattr(with_polars, "_PIECE_ROWS", 3)
    rows = pa.table({"name": ["a", "b", None, "a", "c", "b", "a"], "size": [1, None, 3, 4, 5, 6, 7]})
    path = tmp_path / "any.parquet"
    pq.write_table(rows, path, row_group_size=2)
    ours, theirs = with_polars.scanned(path), pl.scan_parquet(path, row_index_name=plain.ROW, row_index_offset=1)
    for question in (
        lambda frame: frame.select(plain.ROW, "name", "size"),
        lambda frame: frame.filter(pl.col("size") > 3).select("name", plain.ROW),
        lambda frame: frame.select("size").head(5),
        lambda frame: frame.select(pl.len()),
        lambda frame: frame.group_by("name").agg(pl.col("size").sum()).sort("size"),
    ):
        asked = [
            question(frame).collect().with_columns(pl.col(pl.Categorical).cast(pl.String)) for frame in (ours, theirs)
        ]
        assert asked[0].rows() == asked[1].rows()


@pytest.mark.parametrize(
    ("cell", "plainest"),
    [("7", True), ("-7", True), ("0", True), ("", True), ("999999999999", True), ("007", False), ("+7", False), ("-0", False),
     (" 7", False), ("7 ", False), ("0x1F", False), ("9999999999999", False), ("1e3", False), ("seven", False), ('"7"', False)],
)  # fmt: skip
def test_numbers_are_taken_as_read_only_in_their_plainest_form(cell, plainest):
    columns = [dataset("training").column(name) for name in ("period", "required_staff", "overdue")]
    (read,) = pieces._cells(f"2026-08,{cell},100\n2026-09,12,-3".encode(), ",", columns)
    assert [pa.types.is_integer(column.type) for column in read.columns] == [False, plainest, plainest]
    assert read.num_rows == 2


@pytest.mark.parametrize(
    ("day", "plainest"), [("2026-09-10", True), ("", True), ("2026-9-10", False), ("10.9.2026", False)]
)
def test_days_are_taken_as_read_only_in_their_plainest_form(day, plainest):
    columns = [dataset("ice_requests").column(name) for name in ("period", "submitted_on")]
    (read,) = pieces._cells(f"2026-08,{day}\n2026-09,2026-10-01\n".encode(), ",", columns)
    assert pa.types.is_date32(read.columns[1].type) is plainest


# --- what is not plain ------------------------------------------------------------------------------------------------

GOOD = "period,agency,course,required_staff,completed_cumulative,completed_in_month,overdue,new_hires_due_30_days"
ROW = "2026-08,DAJD,code_2_15,10,10,1,0,0"


@pytest.mark.parametrize(
    "text",
    [f"Training report\n\n{GOOD}\n{ROW}\n", f"{GOOD}\n\n{ROW}\n", f"{GOOD}\n{ROW},beyond\n", f"{GOOD}\n2026-08,DAJD\n",
     f'{GOOD},source_system\n{ROW},"one\ntwo"\n', f"{GOOD}\n{ROW}\nTotal,,,10,10,1,0,0\n", f"{GOOD}\r{ROW}\r", "",
     f"{GOOD},\n{ROW},\n", f"{GOOD},source_system\n{ROW},caf\xe9\x07\n"],
    ids=["title", "blank line", "long row", "short row", "line break", "totals", "old line ends", "empty", "no header", "bell"],
)  # fmt: skip
def test_what_is_not_plain_is_read_the_ordinary_way(text, tmp_path):
    path = tmp_path / "training_2026.csv"
    path.write_text(text, encoding="utf-8", newline="")
    session = Session(Engine.POLARS)
    with pytest.raises(NotPlain):
        source_of(path, None, session, COUNTY)
    assert told(on(Engine.POLARS, path)) == told(ordinary(path))


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_quotes_and_every_delimiter_are_plain(sign, tmp_path):
    path = tmp_path / "training_2026.csv"
    lines = (f"{GOOD},source_system\r\n" + f'{ROW},"a ""log"""\r\n' * 2).replace(",", sign)
    path.write_text("\ufeff" + lines, encoding="utf-8", newline="")
    assert head_of(path).delimiter == sign
    assert told(on(Engine.DUCKDB, path)) == told(ordinary(path)) != []


# --- never a plan that only looks carried out -------------------------------------------------------------------------


class _Unasked(nw.LazyFrame):
    """A frame whose engine hands the question back instead of an answer."""

    def collect(self, *_, **__):
        return self


def _training(engine: Engine, folder: Path, count: int = 3):
    path = write(folder, "training_2026.csv", [dict(zip(GOOD.split(","), ROW.split(","), strict=True))] * count)
    source = source_of(path, None, Session(engine), COUNTY)
    return source, facts_of(source.frame, source.dataset, source.names)


def test_a_question_that_was_not_answered_raises(tmp_path):
    source, facts = _training(Engine.POLARS, tmp_path)
    plan = plan_of(source.dataset, facts, source.names, (ON, COUNTY))
    unasked = _Unasked(source.frame._compliant_frame, level="lazy")
    with pytest.raises(NotEvaluated):
        carried_out(plan, unasked)


@each_engine
def test_a_plan_that_saw_fewer_rows_than_the_file_has_raises(engine, tmp_path):
    source, facts = _training(engine, tmp_path)
    plan = plan_of(source.dataset, facts, source.names, (ON, COUNTY))
    with pytest.raises(NotEvaluated):
        carried_out(plan, source.frame.filter(nw.col("__row") > 2))


@each_engine
def test_many_wrong_rows_are_counted_and_the_first_thousand_listed(engine, tmp_path):
    source, _ = _training(engine, tmp_path, 1_500)
    finding = found("R11", "Every row is wrong.")
    plan = Plan(source.dataset, {}, (Predicate(nw.col("__row") >= 2, lambda _: finding),), 1_500, Cells())
    outcome = carried_out(plan, source.frame)
    assert (len(outcome.findings), outcome.beyond) == (1_000, 500)
    assert [f.row for f in outcome.findings] == [*range(2, 1_002)]


def test_a_report_counts_what_is_not_listed(tmp_path):
    (one,) = on(
        Engine.POLARS,
        write(tmp_path, "training_2026.csv", [dict(zip(GOOD.split(","), ROW.split(","), strict=True))] * 1_500),
    )
    (expected,) = ordinary(tmp_path / "training_2026.csv")
    assert len(one.findings) + one.beyond == len(expected.findings) == 1_499
    assert replace(one.findings[0], advice="") == replace(expected.findings[0], advice="")


# --- for a release ----------------------------------------------------------------------------------------------------


def good_rows(name: str) -> list[dict[str, str]]:
    """The declared example in four months, with a revision of the last, one cell left empty and one oddly written."""
    example = {"revision": "1", **dataset(name).examples[0]}
    rows = [{**example, "period": f"2026-{month:02}", "source_system": ""} for month in range(5, 9)]
    rows[1]["submitted_on"] = ""
    return [*rows, {**rows[3], "revision": "2"}]


def explained(name: str) -> dict[str, str]:
    row = {**dataset("corrections").examples[0], "dataset": name, "key": "2026-08|DAJD", "column": "overdue"}
    return row | {"old": "20", "new": "21"}


def whole(engine: Engine, *paths: Path) -> list[Judged]:
    with Session(engine) as session:
        return judge_whole(submissions(*paths), SETTINGS, session)


@each_engine
def test_a_release_takes_over_the_same_rows_from_every_engine(engine, tmp_path):
    names = ("training", "account_reviews")
    paths = [write(tmp_path, f"{name}_2026.csv", good_rows(name)) for name in names]
    paths.append(write(tmp_path, "corrections_2026.csv", [
        {**explained(name), "id": f"2026-08-{number}"} for number, name in enumerate(names)]))  # fmt: skip
    expected = ordinary(*paths)
    assert not [f for one in expected for f in one.findings if f.severity is Level.ERROR]
    for one, other in zip(whole(engine, *paths), expected, strict=True):
        assert one.findings == other.findings
        pd.testing.assert_frame_equal(one.validated.table, other.validated.table)


@each_engine
def test_a_typed_parquet_file_gives_a_release_the_same_rows_numbered_by_record(engine, tmp_path):
    rows = [row for row in good_rows("training") if row["revision"] == "1"]
    (one,) = whole(engine, parquet(tmp_path, dataset("training"), rows))
    (other,) = ordinary(write(tmp_path, "training_2026.csv", rows))
    pd.testing.assert_frame_equal(
        one.validated.table, other.validated.table.set_axis(range(1, 5)), check_index_type=False
    )


def test_a_revision_is_explained_by_corrections_that_an_engine_holds(tmp_path):
    training = write(tmp_path, "training_2026.csv", good_rows("training"))
    told_of = {f.kind.code for one in on(Engine.POLARS, training) for f in one.findings}
    assert "R25" in told_of
    corrections = write(tmp_path, "corrections_2026.csv", [explained("training")])
    for order in ((training, corrections), (corrections, training)):
        assert "R25" not in {f.kind.code for one in on(Engine.POLARS, *order) for f in one.findings}


def test_a_release_has_every_warning_not_only_the_first_thousand(tmp_path):
    rows = [
        {**row, "accounts_total": "1,412", "accounts_reviewed": "1,412"} for row in good_rows("account_reviews")[:4]
    ]
    path = write(tmp_path, "account_reviews_2026.csv", rows)
    listed = [f.row for one in ordinary(path) for f in one.findings]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("etl.engines.judge.MOST_LISTED", 2)
        (short,) = on(Engine.POLARS, path)
        (one,) = whole(Engine.POLARS, path)
    assert short.beyond > 0
    assert [f.row for f in one.findings] == listed
    assert one.beyond == 0


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_engine_is_chosen_by_size():
    assert chosen(10_000, 1 << 20, 8 * GIB) is Engine.PANDAS
    assert chosen(2_000_000, GIB, 8 * GIB) is Engine.POLARS
    assert chosen(2_000_000, 6 * GIB, 8 * GIB) is Engine.DUCKDB


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="Spark is installed here")
def test_an_engine_that_is_not_installed_is_named():
    with pytest.raises(SettingsError, match="spark"):
        Session(Engine.SPARK)


def test_check_takes_parquet(daylight, tmp_path):
    rows = [dict(zip(GOOD.split(","), ROW.split(","), strict=True))] * 2
    path = parquet(tmp_path, dataset("training"), rows)
    ran = daylight("check", path, "--engine", "polars", "--on", ON, "--json")
    assert ran.code == 10
    (file,) = json.loads(ran.out)["files"]
    assert (file["rows"], [f["code"] for f in file["findings"]]) == (2, ["R25"])
