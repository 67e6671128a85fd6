"""The council's packet: identical figures to the release, one page for each duty, readable in black and white."""

import csv
import re
from datetime import date

import pytest
from PIL import Image

from etl.edition.duties import DUTIES
from etl.edition.packet import MOST_NOTES, explanations, open_promises, packet_data, packet_pdf, revisions
from etl.edition.pages import Site, sites
from etl.edition.quarter import Quarter, course, last_whole_quarter, quarter
from etl.edition.record import record_of
from etl.edition.typeset import pictures
from etl.errors import SettingsError
from schemas.registry import dataset
from schemas.release import PACKET, Reason, open_folder
from schemas.wording import ENGLISH

Q3 = Quarter(2026, 3)
LINES = (
    *(
        ("K2", f"2026-{month:02}", "ALL", told, 25, told / 25, "yes" if told == 25 else "no", "shown", "certified")
        for month, told in ((4, 20), (5, 22), (6, 20), (7, 25), (8, 23), (9, 21))
    ),
    ("K1", "2026-06", "ALL", 2, "", 2, "no", "shown", "certified"),
    ("K1", "2026-09", "ALL", 0, "", 0, "yes", "shown", "late"),
    ("K8", "2026-09", "ALL", "", "", "", "", "not_applicable", "certified"),
)


def duty(code: str):
    return next(one for one in DUTIES if one.code == code)


@pytest.fixture(scope="module")
def record(record_of_lines):
    return record_of_lines(LINES, release_id="2026-10-20_0123456789ab")


@pytest.fixture(scope="module")
def paper(record) -> bytes:
    return packet_pdf(record, Q3, Site(record).picture)


@pytest.mark.parametrize("written", ["2026Q3", "2026-Q3", " 2026q3 "])
def test_a_quarter_is_understood(written):
    assert quarter(written) == Q3
    assert Q3.months == ("2026-07", "2026-08", "2026-09")
    assert (str(Q3), str(Quarter(2026, 1).before)) == ("2026-Q3", "2025-Q4")


@pytest.mark.parametrize("written", ["2026", "2026Q5", "Q3 2026", "2026-09", ""])
def test_what_is_no_quarter_is_an_error_that_says_how_to_write_it(written):
    with pytest.raises(SettingsError, match="Write it as 2026Q3"):
        quarter(written)


@pytest.mark.parametrize(
    ("data_to", "expected"),
    [("2026-09", Q3), ("2026-10", Q3), ("2026-11", Q3), ("2026-12", Quarter(2026, 4)), ("2026-01", Quarter(2025, 4)), ("", None)],
)  # fmt: skip
def test_the_last_whole_quarter(data_to, expected):
    assert last_whole_quarter(data_to) == expected


def test_the_first_page_has_figures_changes_and_verdicts(record):
    rows = {row["id"]: row for row in packet_data(record, Q3, lambda _: "")["rows"]}
    told, honoured, days, never = rows["K2"], rows["K1"], rows["K8"], rows["K13"]
    assert (told["now"], told["before"], told["change"]) == ("21 of 25 (84%)", "20 of 25 (80%)", "+4 points")
    assert (told["verdict"], told["met"], told["met_before"]) == ("✘ Not met", "1/3", "0/3")
    assert (honoured["now"], honoured["before"], honoured["change"]) == ("0", "2", "−2")
    assert (days["now"], days["change"], days["verdict"]) == ("– nothing to measure", "–", "– No data")
    assert (never["now"], never["met"]) == ("–", "–")


@pytest.mark.parametrize(
    ("now", "before", "change"), [(21, 21, "no change"), (21, 20, "+4 points"), (20, 21, "−4 points")]
)
def test_change_is_in_points_with_its_sign(record_of_lines, now, before, change):
    lines = [("K2", period, "ALL", told, 25, told / 25, "no", "shown", "certified")
             for period, told in (("2026-06", before), ("2026-09", now))]  # fmt: skip
    made = record_of_lines(lines)
    measure = next(one for one in made.measures if one["id"] == "K2")
    assert course(made, measure, Q3).change(ENGLISH) == change


def test_a_quarter_without_figures_is_refused(record):
    with pytest.raises(SettingsError, match="no figure of quarter 1 of 2019; its data go to 2026-09"):
        packet_data(record, Quarter(2019, 1), lambda _: "")


def test_one_page_of_indicators_one_for_each_duty_one_of_methods(paper, pdf_pages):
    pages = pdf_pages(paper)
    assert len(pages) == 1 + len(DUTIES) + 1
    assert "Packet for the council, quarter 3 of 2026" in pages[0]
    for page, one in zip(pages[1:], DUTIES, strict=False):
        assert one.title in page
        assert one.question in page
        assert "Explanations given by agencies" in page
        assert "Open promises" in page
        assert "Revisions" in page
    assert "Methods" in pages[-1]


def test_every_page_says_sample_data_and_names_the_release(paper, pdf_pages, record_of_lines):
    for page in pdf_pages(paper):
        assert "SAMPLE DATA" in page
        assert "Release 2026-10-20_0123456789ab, 20 October 2026." in page
    real = record_of_lines(LINES, origin="real", release_id="x")
    assert all("SAMPLE" not in page for page in pdf_pages(packet_pdf(real, Q3, lambda _: "")))


def test_the_paper_is_tagged_titled_dated_by_the_release_and_the_same_every_time(paper, record):
    for part in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang(en)", b"/CreationDate(D:20261020", b"pdfuaid:part"):
        assert part in paper, part
    assert len(re.findall(rb"/Alt ?\(", paper)) >= 2
    assert packet_pdf(record, Q3, Site(record).picture) == paper


def test_a_page_stays_one_however_much_there_is_to_say(record_of_lines, pdf_pages):
    long = "The register was moved to another system in this month, and the two were compared afterwards. " * 2
    reasons = tuple(
        Reason(kind="accepted", code="R28", dataset=name, period="2026-09", reason=long, accepted_by="Records officer",
               on=date(2026, 10, 15))
        for name in ("notice_compliance", "training", "account_reviews") for _ in range(9)
    )  # fmt: skip
    changed = [{"dataset": name, "key": "2026-09|DAJD", "column": f"column_{n}", "old": "1", "new": "2", "class": "scheduled",
                "reason": long} for name in ("notice_compliance", "training") for n in range(9)]  # fmt: skip
    full = record_of_lines(
        [(name, *LINES[n][1:]) for name in ("K2", "K3", "K4", "K5", "K13", "K14", "K15") for n in range(6)],
        reasons=reasons, revisions=changed,
    )  # fmt: skip
    pages = pdf_pages(packet_pdf(full, Q3, Site(full).picture))
    assert len(pages) == 2 + len(DUTIES)
    assert f"and {9 - MOST_NOTES} more in the release." in pages[2]


def test_letters_that_the_paper_lacks_do_not_stop_it(record_of_lines, pdf_pages):
    strange = [{"data_origin": "SAMPLE DATA", "period": "2026-09", "agency": "DAJD", "dataset": "training", "rule": "R04",
                "rows_flagged": "1", "says": "설명", "reason": ""}]  # fmt: skip
    made = record_of_lines(LINES, tables={"data_flags": strange})
    paper = packet_pdf(made, Q3, lambda _: "")
    assert b"/StructTreeRoot" in paper
    assert "No explanation was given." in pdf_pages(paper)[5]


def test_markup_in_the_data_stays_text(record_of_lines, pdf_pages):
    hostile = "#panic() $x$ *bold* @ref <label> `code` \\ // [c]"
    reason = Reason(kind="accepted", code="R28", dataset="training", period="2026-08", reason=hostile, accepted_by="Officer",
                    on=date(2026, 10, 15))  # fmt: skip
    made = record_of_lines(LINES, reasons=(reason,))
    assert hostile in pdf_pages(packet_pdf(made, Q3, lambda _: ""))[5]


def test_open_promises_stand_where_their_proof_is(record_of_lines):
    row = {**dataset("audit_recommendations").examples[0], "data_origin": "SAMPLE DATA", "period": "2026-09"}
    rows = [{**row, "rec_id": "a", "status": "open", "evidence_metric": "K6; K12", "short_text": "Monitor access"},
            {**row, "rec_id": "b", "status": "done", "evidence_metric": "K2", "short_text": "Tell people"},
            {**row, "rec_id": "c", "status": "open", "evidence_metric": "elsewhere", "short_text": "Write it down"},
            {**row, "rec_id": "d", "status": "open", "evidence_metric": "K6", "period": "2026-08"}]  # fmt: skip
    made = record_of_lines(LINES, tables={"audit_recommendations": rows})
    titles = {one.code: [line.split(" (")[0] for line in open_promises(made, one, Q3, ENGLISH)] for one in DUTIES}
    assert titles == {
        "requests": [], "notice": [], "accounts": ["Monitor access"], "disclosures": ["Monitor access"],
        "training": ["Write it down"], "federal": [],
    }  # fmt: skip


def test_explanations_and_revisions_are_those_of_the_duty_and_the_quarter(record_of_lines):
    reason = Reason(kind="accepted", code="R28", dataset="training", period="2026-08", reason="It was read again.",
                    accepted_by="Officer", on=date(2026, 10, 15))  # fmt: skip
    old = reason.model_copy(update={"period": "2026-03"})
    change = {"dataset": "training", "key": "2026-05|DAJD", "column": "required_staff", "old": "", "new": "1200",
              "class": "scheduled", "reason": "New list."}  # fmt: skip
    made = record_of_lines(
        LINES, reasons=(reason, old), revisions=[change], tables={"data_flags": [], "corrections": []}
    )
    assert explanations(made, ["training"], Q3, ENGLISH) == [
        "Training completed, August 2026: It was read again. Officer, 15 October 2026."
        .replace("Training completed", made.title_of("training"))
    ]  # fmt: skip
    assert revisions(made, ["training"], Q3, ENGLISH) == [
        f"{made.title_of('training')}, 2026-05, DAJD, required_staff: not reported → 1,200 (scheduled). New list."
    ]
    assert explanations(made, ["ice_requests"], Q3, ENGLISH) == revisions(made, ["ice_requests"], Q3, ENGLISH) == []


def test_the_pages_are_drawn_and_differ_in_grey(record):
    drawn = pictures("packet.typ", packet_data(record, Q3, Site(record).picture), dots_per_inch=40)
    assert len(drawn) == 2 + len(DUTIES)
    from io import BytesIO

    grey = Image.open(BytesIO(drawn[2])).convert("L")
    levels = grey.histogram()
    assert sum(levels[:110]) > 500, "ink that a black-and-white print shows"
    assert levels[255] > grey.width * grey.height / 2


# --- with the release of the bundled data --------------------------------------------------------------------------


def _expected(line: dict[str, str]) -> str:
    """A figure from the published table, worked out here once more."""
    if line["status"] != "shown":
        return ""
    if not line["denominator"]:
        return f"{float(line['value']):,.0f}"
    counts = f"{float(line['numerator']):,.0f} of {float(line['denominator']):,.0f}".replace("-", "−")
    share = float(line["value"])
    if float(line["denominator"]) < 20:
        return counts
    percent = "over 99%" if 0.99 < share < 1 else "under 1%" if 0 < share < 0.01 else f"{share * 100:.0f}%"
    return f"{counts} ({percent.replace('-', '−')})"


def test_the_packet_of_the_release_prints_the_figures_of_its_indicator_table(release, pdf_pages):
    pages = pdf_pages((release / PACKET).read_bytes())
    with (release / "tables/indicators.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    checked = 0
    for name in {row["indicator"] for row in rows}:
        own = [row for row in rows if row["indicator"] == name]
        whose = "ALL" if any(row["agency"] == "ALL" for row in own) else min(row["agency"] for row in own)
        by = {row["period"]: row for row in own if row["agency"] == whose}
        figures = [_expected(by[period]) for period in ("2026-09", "2026-06")]
        for words in filter(None, figures):
            assert words in pages[0], (name, words)
        everywhere = " ".join(pages[1:])
        for period in ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"):
            assert _expected(by[period]) in everywhere, (name, period)
            checked += bool(_expected(by[period]))
    assert checked > 90


def test_the_release_names_itself_in_its_packet_and_lists_it_outside_the_digest(release, pdf_pages):
    manifest = open_folder(release).manifest
    entry = next(entry for entry in manifest.files if entry.path == PACKET)
    assert not entry.in_digest
    assert all(f"Release {release.name}," in page for page in pdf_pages((release / PACKET).read_bytes()))


def test_the_pages_of_a_release_can_be_made_again_by_anyone(release):
    opened = open_folder(release)
    made = {path: text for site in sites(record_of(opened)) for path, text in site.pages().items()}
    assert len({path.split("/")[1] for path in made}) == 7
    assert {path: opened.text(path) for path in made} == made


def test_the_command_writes_the_packet_that_the_release_holds(daylight, catalogue, release, tmp_path):
    out = tmp_path / "packet.pdf"
    ran = daylight("packet", "--catalogue", catalogue, "--quarter", "2026Q3", "-o", out)
    assert (ran.code, ran.err) == (0, "")
    assert release.name in ran.out
    assert out.read_bytes() == (release / PACKET).read_bytes()
    earlier = daylight("packet", "--catalogue", catalogue, "--quarter", "2025Q4", "-o", tmp_path / "earlier.pdf")
    assert earlier.code == 0
    assert (tmp_path / "earlier.pdf").read_bytes() != out.read_bytes()


@pytest.mark.parametrize(
    ("quarter_", "code", "words"), [("2026Q5", 14, "Write it as 2026Q3"), ("2019Q1", 14, "no figure of quarter 1")]
)
def test_the_command_says_what_is_wrong_with_a_quarter(daylight, catalogue, tmp_path, quarter_, code, words):
    ran = daylight("packet", "--catalogue", catalogue, "--quarter", quarter_, "-o", tmp_path / "packet.pdf")
    assert ran.code == code
    assert words in ran.err
    assert list(tmp_path.iterdir()) == []
