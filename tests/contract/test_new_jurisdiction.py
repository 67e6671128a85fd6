"""`daylight new-jurisdiction`: a real folder, and with it template, check, build, publish and verify on the spot."""

import json
import shlex

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.assemble import OUTSIDE
from etl.new_jurisdiction import NAME, NewCounty, faults, skeleton, states
from schemas.jurisdiction import ROOT, Basis, Trust, bundled, jurisdiction, read_rows
from schemas.registry import check_declarations, declared_datasets

ON = "2026-10-20"
REQUESTS = {
    "period": "2026-09", "agency": "JAIL", "federal_agency": "ICE_ERO", "request_type": "hold", "form": "I-247A",
    "instrument": "I-200", "requests_received": 7, "persons_named": 7, "with_judicial_criminal_warrant": 0,
    "purpose_determined": 7, "declined": 7, "complied": 0, "partly_complied": 0, "withdrawn": 0, "expired": 0, "pending": 0,
    "complied_without_judicial_warrant": 0,
}  # fmt: skip


def _fill(path, row):
    book = openpyxl.load_workbook(path)
    sheet = book["Data"]
    names = {cell.value: cell.column for cell in sheet[1]}
    for name, value in row.items():
        sheet.cell(2, names[name], value)
    book.save(path)


def _found_in(release, *words):
    texts = [path.read_text() for path in release.rglob("*") if path.is_file() and path.suffix not in OUTSIDE]
    return [word for word in words if any(word in text for text in texts)]


@pytest.mark.parametrize("state", ["washington", ""], ids=["a state whose law is known", "another state"])
def test_a_new_county_works_on_the_spot(state, daylight, tmp_path):
    def run(*arguments, **settings):
        return daylight(*arguments, folder=tmp_path, environment=settings)

    options = ["--state", state] if state else []
    began = run("new-jurisdiction", "new_county", "--title", "New County, Somewhere", *options)
    assert began.code == 0, began.err
    assert "export DAYLIGHT_JURISDICTION=new_county" in began.out
    assert "export DAYLIGHT_JURISDICTIONS" not in began.out, "the usual folder is found by itself"
    assert [path.name for path in (tmp_path / "jurisdictions").iterdir()] == ["new_county"]

    county = {"DAYLIGHT_JURISDICTION": "new_county"}
    assert run("datasets", **county).code == 0
    template = tmp_path / "inbox" / "ice_requests_2026-09.xlsx"
    template.parent.mkdir()
    assert (
        run("template", "ice_requests", "--period", "2026-09", "--agency", "JAIL", "-o", template, **county).code == 0
    )
    assert run("template", "ice_requests", "--agency", "DAJD", "-o", tmp_path / "no.xlsx", **county).code == 14
    _fill(template, REQUESTS)
    (template.parent / "submissions.toml").write_text('origin = "sample"\npublisher = "test"\n')
    checked = run("check", template, "--on", ON, "--json", **county)
    assert (checked.code, checked.document["verdict"]) == (0, "accepted"), checked.out
    built = run("build", "--submissions", "inbox", "--out", "out", "--on", ON, **county)
    assert built.code == 0, built.err
    release = tmp_path / "out" / built.out.strip()
    assert run("publish", release, "--to", "local", "--catalogue", "open", "--yes").code == 0, "anyone can publish it"
    verified = run("verify", "open")
    assert verified.code == 0, verified.err
    assert run("status", "--catalogue", "open", "--on", ON, **county).code == 0

    facts = json.loads((release / "definitions/jurisdiction.json").read_text())
    assert (facts["id"], facts["name"], facts["state"]) == ("new_county", "New County, Somewhere", state)
    assert _found_in(release, str(tmp_path), "King County") == []
    (line,) = (release / "tables/indicators.csv").read_text().splitlines()[1:]
    assert line.startswith(
        "K1,2026-09,JAIL,0,,0,,,0,yes,shown,state_statute" if state else "K1,2026-09,JAIL,0,,0,,,,,shown,context"
    )


def test_a_county_outside_the_working_folder_is_found_through_the_settings(daylight, tmp_path):
    elsewhere, here = tmp_path / "else where", tmp_path / "here"
    here.mkdir()
    began = daylight("new-jurisdiction", "new_county", "--out", elsewhere, "--json", folder=here)
    assert began.document["folder"] == str(elsewhere / "new_county")
    assert f"export DAYLIGHT_JURISDICTIONS={shlex.quote(str(elsewhere))}" in began.document["next"]
    for environment, code in [
        ({"DAYLIGHT_JURISDICTION": "new_county"}, 15),
        ({"DAYLIGHT_JURISDICTION": "new_county", "DAYLIGHT_JURISDICTIONS": str(elsewhere)}, 0),
        ({"DAYLIGHT_JURISDICTION": str(elsewhere / "new_county")}, 0),
        ({"DAYLIGHT_JURISDICTION": "../else where/new_county"}, 0),
    ]:
        assert daylight("datasets", folder=here, environment=environment).code == code, environment
    (here / "daylight.toml").write_text("jurisdiction = 'new_county'\njurisdictions = '../else where'\n")
    assert daylight("datasets", folder=here).code == 0


def test_nothing_is_written_over(daylight, tmp_path):
    place = tmp_path / "jurisdictions" / "new_county"
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("kept")
    again = daylight("new-jurisdiction", "new_county", folder=tmp_path)
    assert again.code == 2
    assert "is there already" in again.err
    assert [path.name for path in place.parent.rglob("*")] == ["new_county", "mine.txt"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["King County"], "small letters"), (["../evil"], "small letters"), ([bundled()[0]], "comes with the program"),
        (["new_county", "--title", "=1+1"], "begins with a letter"), (["new_county", "--title", "Two\nlines"], "one line"),
        (["new_county", "--state", "atlantis"], "washington"), (["new_county", "--state", ".."], "washington"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_county_is_refused_in_words(arguments, words, daylight, tmp_path):
    refused = daylight("new-jurisdiction", *arguments, folder=tmp_path)
    assert refused.code == 2
    assert words in " ".join(refused.err.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(daylight, tmp_path):
    (tmp_path / "jurisdictions").write_text("a file")
    refused = daylight("new-jurisdiction", "new_county", folder=tmp_path)
    assert refused.code == 14
    assert "could not be written" in refused.err


# --- what is in the folder -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A place for many folders, each under a name of its own."""
    root, made = tmp_path_factory.mktemp("counties"), []

    def write(county):
        place = root / str(len(made)) / county.name
        made.append(place)
        for path, text in skeleton(county).items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_text(text, encoding="utf-8")
        return place

    return write


TITLES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60)


@settings(max_examples=30)
@given(
    name=st.from_regex(NAME, fullmatch=True).filter(lambda name: len(name) <= 60),
    title=TITLES,
    state=st.sampled_from(["", *states()]),
)
def test_whatever_is_accepted_loads_and_its_declarations_agree(folders, name, title, state):
    county = NewCounty(name, title, state)
    if faults(county, bundled()):
        return
    place = folders(county)
    check_declarations(str(place))
    read = jurisdiction(str(place))
    assert (read.id, read.name, read.state, read.area) == (name, title, state, name.upper())


def test_the_law_left_to_confirm_is_exactly_what_the_datasets_cite(folders):
    cited = {key for declared in declared_datasets() for column in declared.columns for key in declared.law_of(column)}
    cited |= {key for declared in declared_datasets() for one in declared.indicators for key in one.law}
    cited |= {declared.disclosure.citation for declared in declared_datasets()}
    common = {row["key"] for row in read_rows(ROOT / "law.csv")}
    assert {row["key"] for row in read_rows(ROOT / "skeleton" / "law.csv")} == cited - common
    county = jurisdiction(str(folders(NewCounty("new_county", "New County"))))
    unread = [law for law in county.law.values() if law.key not in common]
    assert {law.trust for law in unread} == {Trust.RECALLED}
    assert {law.basis for law in unread} == {Basis.CONTEXT}, "nobody has read that there is a duty"
    assert all("to be confirmed" in law.published_citation for law in unread)
    assert all(
        law.says.count("to be confirmed") or law.says.startswith("Daylight hides") or law.key == "arrest_records"
        for law in unread
    )


def test_a_state_answers_for_its_counties(folders):
    county = jurisdiction(str(folders(NewCounty("new_county", "New County", "washington"))))
    assert county.cited("state_no_holds").trust is Trust.PRIMARY
    assert {goal.indicator for goal in county.goals} == {"K1", "K11", "K15", "K16", "K17"}
