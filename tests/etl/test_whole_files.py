"""Whole submissions that chance makes up: sound ones, ones with planted faults, and damaged ones.

The same cases as the fuzzer runs (`benchmarks/cases.py`). A failure names the seed; `python benchmarks/fuzz.py --only
'faulty .xlsx SEED'` repeats it.
"""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import cases, faults, forms, made_up
from benchmarks.forked_reader import Server
from etl import workbook
from etl.validate import submittable

EXAMPLES = {".csv": 25, ".xlsx": 12, ".ods": 8}
LONG_RUN = 4
"""How many times as many cases the slow tests run; `make fuzz CASES=100000` is the run made for it."""

seeds = st.integers(0, 2**40).map("t{}".format)
each_kind_of_file = pytest.mark.parametrize("suffix", EXAMPLES)
each_case = pytest.mark.parametrize("kind", cases.CASES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("whole_files")


@pytest.fixture(scope="module", autouse=True)
def _readers_are_forked():
    """A fresh Python for every spreadsheet would take most of the time; that both tell the same is tested by itself."""
    started = workbook.start
    with Server([].append) as server:
        workbook.start = server.start
        yield
    workbook.start = started


def hold(kind: str, suffix: str, folder: Path, examples: int) -> None:
    @given(seeds)
    @settings(max_examples=examples)
    def case(seed):
        wrong = cases.run(kind, suffix, seed, folder)
        assert wrong is None, f"{kind} {suffix} {seed}: {wrong}"

    case()


@each_kind_of_file
def test_a_table_that_keeps_every_rule_is_accepted_with_exactly_its_values(suffix, folder):
    hold("valid", suffix, folder, EXAMPLES[suffix])


@each_kind_of_file
def test_a_planted_fault_is_never_accepted_and_is_named_with_its_row_and_column(suffix, folder):
    hold("faulty", suffix, folder, EXAMPLES[suffix])


@each_kind_of_file
def test_undoing_what_one_report_lists_leads_to_acceptance(suffix, folder):
    hold("mended", suffix, folder, EXAMPLES[suffix] // 2)


@each_kind_of_file
def test_a_fault_of_the_header_is_never_accepted_and_is_named(suffix, folder):
    hold("header", suffix, folder, EXAMPLES[suffix])


@each_kind_of_file
def test_a_damaged_file_ends_in_a_verdict_and_what_is_accepted_keeps_every_rule(suffix, folder):
    hold("damaged", suffix, folder, EXAMPLES[suffix])


@pytest.mark.slow
@each_kind_of_file
@each_case
def test_many_whole_files(kind, suffix, folder):
    hold(kind, suffix, folder, EXAMPLES[suffix] * LONG_RUN)


# --- the cases themselves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", submittable(), ids=lambda dataset: dataset.id)
def test_tables_of_every_dataset_can_be_made_up(dataset):
    made = [made_up.table(random.Random(seed), dataset=dataset) for seed in range(10)]
    assert all(made_up.faults_in(one.rows, dataset) == [] for one in made)
    assert len({one.rows[0][name] for one in made for name in dataset.key if name in one.rows[0]}) > 1


@pytest.mark.parametrize(
    "maker", [*dict.fromkeys(faults.ANYWHERE), *faults.ONLY_IN_WORKBOOKS], ids=lambda m: m.__name__
)
def test_every_kind_of_fault_is_planted_and_named(maker, folder):
    """In some dataset each kind of fault can be made, and the report names it."""
    suffix = ".xlsx" if maker in faults.ONLY_IN_WORKBOOKS else ".csv"
    planted = 0
    for seed in range(400):
        chance = random.Random(seed)
        made = made_up.table(chance)
        fault = maker(made, chance.randrange(len(made.rows)), chance)
        if fault is None:
            continue
        broken, (fault,) = faults.with_faults(made, [fault])
        file = forms.written(broken, suffix, chance)
        one = cases.judged(file, made.dataset, folder)
        assert one.refused
        assert cases.names(one, fault, file.numbers[fault.at])
        planted += 1
        if planted == 3:
            break
    assert planted
