"""Counties as folders: nothing of one stands in the code, each that comes with the program is whole, faults are told."""

import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest

import schemas
from schemas import vocabulary
from schemas.declare import Direction, Target
from schemas.errors import DefinitionError
from schemas.jurisdiction import (
    DEFAULT,
    ROOT,
    Jurisdiction,
    bundled,
    jurisdiction,
    publishable,
    read_published,
    read_rows,
)
from schemas.registry import check_declarations, dataset, datasets, declared_datasets
from schemas.release import canonical_json
from schemas.tailor import IMMIGRATION

REPO = Path(schemas.__file__).parents[1]
COUNTIES = bundled()
each_county = pytest.mark.parametrize("county", COUNTIES)

# --- nothing of a county in the code ---------------------------------------------------------------------------------

CODE = [
    path for package in ("etl", "schemas", "dashboard") for path in sorted((REPO / package).rglob("*"))
    if path.suffix in {".py", ".j2", ".toml", ".csv", ".md"} and "__pycache__" not in path.parts
    and not path.is_relative_to(ROOT / "jurisdictions") and not path.is_relative_to(ROOT / "states")
]  # fmt: skip
GENERIC = {"ALL", "OTHER", "CONTRACTOR", "ACCESS", "ALPR", "JMS", "UNITED_STATES"}
GENERIC |= {row["code"] for path in (ROOT / "skeleton" / "vocabularies").glob("*.csv") for row in read_rows(path)}
"""Codes that say nothing of one county."""

EXCEPTIONS = {
    ("etl/name_lists.py", "places"): "lower-case names of places, so that a street is not taken for a person",
}
"""Where the name of a county may stand although it is code, and why. Their words are in lower case and are not found."""


def _words_of(county: str) -> set[str]:
    """What gives a county away: its name and id, the codes of its lists, its jails, and how its law is cited."""
    facts = jurisdiction(county)
    words = {county, facts.name.partition(",")[0], facts.audit, *facts.own_jails} - {""}
    for name in ("agency", "facility", "system", "area"):
        words |= set(vocabulary.labels(name, county))
    for law in facts.law.values():
        words |= set(re.findall(r"K\.C\.C\.|RCW|Ordinance|P\.C\.C\.", law.citation))
    return words - GENERIC


WORDS = sorted({word for county in COUNTIES for word in _words_of(county)})


def test_there_are_words_to_look_for():
    assert {"king_county", "King County", "KCSO", "DAJD", "KCCF", "K.C.C.", "RCW", "KING COUNTY ADULT JAIL"} <= {*WORDS}


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(REPO).as_posix())
def test_no_code_names_a_county(path):
    pattern = re.compile("|".join(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])" for word in WORDS))
    said = [
        f"{number}: {match[0]}" for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for match in pattern.finditer(line)
    ]  # fmt: skip
    assert said == [], "it belongs into schemas/jurisdictions or schemas/states"


def test_every_exception_is_still_one():
    for path, what in EXCEPTIONS:
        assert any(name.lower() in (REPO / path).read_text(encoding="utf-8") for name in ("king", "pierce")), what


def test_the_bare_declarations_set_no_target_and_name_no_agency():
    for declared in declared_datasets():
        assert [indicator.target for indicator in declared.indicators] == [None] * len(declared.indicators)
        assert all("agency" not in example for example in declared.examples)


# --- each county that comes with the program -------------------------------------------------------------------------


@each_county
def test_its_declarations_agree(county):
    check_declarations(county)


@each_county
def test_its_targets_are_those_of_its_folder(county):
    homes = (ROOT, ROOT / "states" / jurisdiction(county).state, ROOT / "jurisdictions" / county)
    stated = {row["indicator"]: row for home in homes for row in read_rows(home / "targets.csv")}
    for declared in datasets(county):
        for indicator in declared.indicators:
            row = stated.get(indicator.id)
            assert indicator.target == (
                Target(float(row["value"]), Direction(row["direction"]), row["words"]) if row else None
            )


@each_county
def test_nothing_is_left_to_fill_in(county):
    for declared in datasets(county):
        conditions = [c for i in declared.indicators for c in getattr(i.numerator, "where", ())]
        conditions += [c for rule in declared.cross_rules for side in (rule.left, rule.right) for c in side.where]
        assert all(IMMIGRATION not in condition.values for condition in conditions)
        assert all("{" not in text for example in declared.examples for text in example.values())


@each_county
def test_its_facts_survive_being_published(county):
    facts = jurisdiction(county)
    read = read_published(canonical_json(publishable(facts)))
    unpublished = {"law", "duties", "goals", "home"}
    for name in {field.name for field in fields(Jurisdiction)} - unpublished:
        assert getattr(read, name) == getattr(facts, name), name
    assert str(ROOT) not in canonical_json(publishable(facts))


def test_what_a_state_shares_stands_once():
    for county in COUNTIES:
        state = jurisdiction(county).state
        own = {row["key"] for row in read_rows(ROOT / "jurisdictions" / county / "law.csv")}
        shared = {row["key"] for row in read_rows(ROOT / "states" / state / "law.csv")}
        assert shared <= jurisdiction(county).law.keys()
        assert not own & shared, "a county says nothing again that its state says"


# --- a county of one's own -------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    """A copy of a county's folder under the same name, somewhere else."""
    return shutil.copytree(ROOT / "jurisdictions" / DEFAULT, tmp_path / DEFAULT)


def test_two_folders_of_one_name_are_two_counties(own):
    facts = own / "jurisdiction.toml"
    facts.write_text(facts.read_text().replace("due_day = 15", "due_day = 20").replace("King County,", "Elsewhere,"))
    (own / "targets.csv").write_text("indicator,value,direction,words\nK2,0.5,at_least,half\n")
    other, first = jurisdiction(str(own)), jurisdiction(DEFAULT)
    assert (other.id, other.due_day, other.name) == (first.id, 20, "Elsewhere, Washington")
    assert (first.due_day, first.name) == (15, "King County, Washington")
    target = {one: dataset("notice_compliance", one).indicators[0].target for one in (DEFAULT, str(own))}
    assert target == {DEFAULT: Target(1, Direction.AT_LEAST, "all"), str(own): Target(0.5, Direction.AT_LEAST, "half")}
    assert [i.target for i in dataset("training", str(own)).indicators] == [None]
    assert [i.target.value for i in dataset("ice_requests", str(own)).indicators] == [0], "as state law has it"


def test_a_county_that_names_no_language_has_pages_in_english_only(own):
    facts = own / "jurisdiction.toml"
    lines = facts.read_text().splitlines(keepends=True)
    facts.write_text("".join(line for line in lines if not line.startswith("languages")))
    assert jurisdiction(str(own)).languages == ()
    assert jurisdiction(DEFAULT).languages != ()


def _set(file: str, old: str, new: str):
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("jurisdiction.toml", "due_day = 15", "due_day = 31"), "due_day"),
        (_set("jurisdiction.toml", 'languages = ["es"', 'languages = ["klingon!"'), "languages"),
        (_set("jurisdiction.toml", 'state = "washington"', 'state = "atlantis"'), "atlantis"),
        (_set("jurisdiction.toml", 'area = "KING_COUNTY"', 'area = "MOON"'), "MOON"),
        (_set("jurisdiction.toml", '"ICE_ERO"', '"ICE_MARS"'), "ICE_MARS"),
        (_set("jurisdiction.toml", 'name = "', 'nome = "'), "nome"),
        (_set("targets.csv", "K2,1,at_least", "K2,1,above"), "above"),
        (_set("targets.csv", "K2,1,", "K99,1,"), "K99"),
        (_set("targets.csv", "K2,1,", "K2,one,"), "one"),
        (_set("reporting.csv", "ice_requests,DAJD,2024-10", "ice_requests,NOBODY,2024-10"), "NOBODY"),
        (_set("reporting.csv", "ice_requests,DAJD,2024-10", "ice_requests,DAJD,2024-Q4"), "2024-Q4"),
        (_set("reporting.csv", "ice_requests,DAJD,", "weather,DAJD,"), "weather"),
        (_set("vocabularies/facility.csv", "ALL,", "EVERY,"), "facility.csv names ALL"),
        (_set("law.csv", "no_holds,", "no_halls,"), "no_holds"),
        (_set("words.toml", "[complaints]", "[complains]"), "complains"),
        (_set("words.toml", "[complaints]\nsummary", "[complaints]\nresume"), "resume"),
        (_set("words.toml", "indicators.K9]\ncaveat", "indicators.K9]\nunit"), "unit"),
        (_set("words.toml", "[complaints]", "[[[complaints]"), "words.toml"),
    ],
)  # fmt: skip
def test_a_fault_in_a_folder_is_told_in_words(own, change, words):
    check_declarations(str(own))
    moved = own.rename(own.with_name("changed"))  # another name, because a folder that was read is remembered
    change(moved)
    with pytest.raises(DefinitionError, match=re.escape(words)) as refusal:
        check_declarations(str(moved))
    assert refusal.value.exit_code == 15


def test_a_county_cannot_change_what_a_file_looks_like(own):
    moved = own.rename(own.with_name("changed"))
    with (moved / "words.toml").open("a") as words:
        words.write('\n[training.columns.required_staff]\nlabel = "Other"\n')
    with pytest.raises(DefinitionError, match="label"):
        check_declarations(str(moved))
