"""The same findings and the same rows from Spark as from a county's path. `make spark` runs this in an environment of its own."""

from dataclasses import replace
from importlib.util import find_spec

import pandas as pd
import pytest

from etl.engines.names import Engine
from etl.job import Job, carried_out
from schemas.registry import dataset
from schemas.rules import Level
from tests.etl.test_engines import SETTINGS, bad_rows, explained, good_rows, on, ordinary, parquet, told, whole, write

pytestmark = pytest.mark.skipif(find_spec("pyspark") is None, reason="Spark has an environment of its own: make spark")


@pytest.mark.parametrize("name", ["ice_requests", "notice_compliance", "account_reviews", "training"])
def test_a_bad_file_is_told_of_alike(name, tmp_path):
    path = write(tmp_path, f"{name}_2026.csv", bad_rows(dataset(name), 1, 40))
    assert told(on(Engine.SPARK, path)) == told(ordinary(path))


def test_several_files_are_told_of_together(tmp_path):
    names = ("ice_requests", "database_access")
    paths = [
        write(tmp_path, f"{name}_{seed}.csv", bad_rows(dataset(name), seed, 12)) for name in names for seed in (1, 2)
    ]
    assert told(on(Engine.SPARK, *paths)) == told(ordinary(*paths))


def test_a_typed_parquet_file_is_told_of_as_the_same_csv(tmp_path):
    rows = [{**row, "overdue": "9999"} for row in good_rows("training")]
    (judged,) = on(Engine.SPARK, parquet(tmp_path, dataset("training"), rows))
    (expected,) = ordinary(write(tmp_path, "training_2026.csv", rows))
    found = [(f.row, f.kind.code) for f in judged.findings]
    assert found == [(f.row - 1, f.kind.code) for f in expected.findings]
    assert found


def test_a_release_takes_over_the_same_rows(tmp_path):
    paths = [write(tmp_path, "training_2026.csv", good_rows("training")),
             write(tmp_path, "corrections_2026.csv", [explained("training")])]  # fmt: skip
    expected = ordinary(*paths)
    assert not [f for one in expected for f in one.findings if f.severity is Level.ERROR]
    for one, other in zip(whole(Engine.SPARK, *paths), expected, strict=True):
        assert one.findings == other.findings
        pd.testing.assert_frame_equal(one.validated.table, other.validated.table)


def test_a_release_is_the_same(tmp_path):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", "training_2026.csv", good_rows("training"))
    write(tmp_path / "in", "corrections_2026.csv", [explained("training")])
    job = Job(tmp_path / "in", tmp_path / "out", SETTINGS)
    ids = {carried_out(replace(job, engine=engine)).place.name for engine in (None, Engine.SPARK)}
    assert len(ids) == 1
