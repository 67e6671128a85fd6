"""Turn the public sources in `data/_sources` into the tables of `data/public`, in the declared columns.

King County's stand in `data/public`, those of every other county in a folder of its name below.

Run as `python data/prepare_public.py`. The same sources give the same bytes. Nothing is estimated: counts are copied,
codes are looked up in the vocabularies, and rows that fall on the same key after that are added up. A spelling that no
vocabulary knows stops the run. `data/public/SOURCES.md` says where each source file comes from.
"""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # run from a checkout, without an installation

from schemas.declare import Dataset, Role
from schemas.jurisdiction import DEFAULT, jurisdiction
from schemas.registry import dataset
from schemas.vocabulary import spellings

SOURCES = HERE / "_sources"
PUBLIC = HERE / "public"

NPR = "ICE, FOIA 15-87693, as published in nprapps/sanctuary-cities"
I213 = "ICE forms I-213, as published in UWCHR/i-213-sea-22-25"
CRIMINALITY = "ICE arrests (Deportation Data Project), as published in UWCHR/deport-data-proj"

AUDIT_LABELS = {
    "ice_user_accounts_with_access": "ICE accounts with access to the jail's look-up system",
    "ice_database_logins": "Log-ins by those accounts",
    "bookings_visible_to_ice_accounts": "Bookings that those accounts could see",
    "hold_requests_received_per_year": "Hold requests received in a year, as the jail estimated",
    "hold_requests_sampled": "Hold requests in the auditor's sample",
    "hold_requests_sampled_person_not_notified_share": "Share of the sample in which the person was not told",
    "hold_requests_sampled_person_not_notified": "People in the sample who were not told",
    "hold_requests_sampled_person_notified": "People in the sample who were told",
    "notified_cases_with_stated_intent_not_to_comply_share":
        "Share of those told for whom the jail did not intend to comply",
    "kcso_ice_information_requests": "Requests for information from ICE to the Sheriff",
    "kcso_ice_requests_unredacted_case_file_released": "Case files the Sheriff released to ICE unredacted",
    "kcso_ice_requests_with_judicial_warrant_determination":
        "Of the Sheriff's requests, those for which the purpose was determined",
    "days_from_auditor_alert_to_accounts_disabled": "Time from the auditor's alert until the accounts were disabled",
    "months_from_enactment_to_accounts_disabled": "Time from enactment until the accounts were disabled",
    "required_employee_trainings_delivered_to_dajd_and_kcso": "Required trainings given at the jail and the Sheriff",
    "lookup_system_access_tiers": "Levels of access in the look-up system",
    "account_review_interval_committed": "Interval of account reviews that the jail promised",
    "kcso_request_review_levels_committed": "People who are to review each request, as the Sheriff promised",
    "council_vote_yes_ordinance_18665": "Council votes for Ordinance 18665",
    "council_vote_no_ordinance_18665": "Council votes against Ordinance 18665",
}  # fmt: skip
"""The figures of the 2019 audit in plain words."""


def read(name: str) -> list[dict[str, str]]:
    """The rows of a source file."""
    with (SOURCES / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def code(vocabulary: str, spelling: str, county: str = DEFAULT) -> str:
    """The code for a spelling of a source; KeyError when the county's vocabulary does not know it."""
    return spellings(vocabulary, county)[spelling.casefold()]


def jails_of(rows: Iterable[dict[str, str]], county: str) -> list[dict[str, str]]:
    """The rows about the jails in a county: those that its list of facilities knows as ICE writes them."""
    known = spellings("facility", county)
    return [row for row in rows if row["ice_facility_name"].casefold() in known]


def detainers(source: str, county: str = DEFAULT) -> Iterable[dict[str, str]]:
    """A county by jail from October 2014, the United States as a whole from October 2007."""
    for row in jails_of(read(source), county):
        yield {
            "period": row["month"], "area": jurisdiction(county).area,
            "facility": code("facility", row["ice_facility_name"], county),
            "form": code("detainer_form", row["ice_form"]), "outcome": code("outcome", row["ice_lift_reason"]),
            "detainers": row["detainers"], "source": f"{NPR} (detail of fiscal year 2015)",
        }  # fmt: skip
    for row in read("ice_detainers_us_monthly_2007_2015"):
        yield {
            "period": row["month"], "area": "UNITED_STATES", "facility": "ALL", "form": "ALL", "outcome": "ALL",
            "detainers": row["detainers"], "source": f"{NPR} (detainers by year and month)",
        }  # fmt: skip


def declined(county: str = "") -> Iterable[dict[str, str]]:
    """Washington jails, or those of one county, with at least one decline in the year; names and cities unchanged."""
    rows = read("ice_detainers_washington_declined_by_year")
    for row in jails_of(rows, county) if county else rows:
        counts = {name: row[name] for name in ("ice_facility_name", "city", "declined_by_agency")}
        yield {
            "period": row["calendar_year"], **counts, "other_recorded_outcome": row["other_recorded_outcome"],
            "source": f"{NPR} (declined against everything else)",
        }  # fmt: skip


def arrests(county: str = DEFAULT) -> Iterable[dict[str, str]]:
    """Three series, the first for the areas that a county lists.

    The number that sorts ICE's classes of criminal history ("1 Convicted Criminal") is taken off.
    """
    listed = spellings("area", county)
    for row in read("ice_i213_arrests_king_county_quarterly_2022_2025"):
        if row["area"].casefold() not in listed:
            continue
        yield {
            "period": row["quarter"], "area": code("area", row["area"], county), "series": "i213_quarterly", "category": "ALL",
            "arrests": row["i213_arrests"], "source": I213,
        }  # fmt: skip
    for row in read("ice_i213_arrests_seattle_area_monthly_by_method"):
        yield {
            "period": row["month"], "area": "SEATTLE_AREA", "series": "i213_by_method",
            "category": row["apprehension_method"], "arrests": row["i213_arrests"], "source": I213,
        }  # fmt: skip
    for row in read("ice_arrests_washington_monthly_by_criminality"):
        yield {
            "period": row["month"], "area": "WASHINGTON", "series": "arrests_by_criminality",
            "category": row["apprehension_criminality"].lstrip("0123456789 "), "arrests": row["arrests"],
            "source": CRIMINALITY,
        }  # fmt: skip


def baseline() -> Iterable[dict[str, str]]:
    """The audit's figures. All come from the press or are worked out from it, so none is marked as primary."""
    for row in read("king_county_audit_2019"):
        yield {**row, "label": AUDIT_LABELS[row["metric"]], "trust": "secondary"}


def added_up(rows: Iterable[dict[str, str]], declared: Dataset) -> list[dict[str, str]]:
    """One row for each key, sorted by it; the counts of rows with the same key are added up."""
    counts = [column.name for column in declared.columns if column.role is Role.COUNT]
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        same = found.setdefault(tuple(row[name] for name in declared.key), row)
        if same is not row:
            if not counts:
                raise ValueError(f"{declared.id}: two rows have the same key")
            same.update({name: str(int(same[name]) + int(row[name])) for name in counts})
    return [found[key] for key in sorted(found)]


def write(dataset_id: str, rows: Iterable[dict[str, str]], folder: Path = PUBLIC) -> None:
    """Write a table with the declared header; a column too many or too few is an error."""
    declared = dataset(dataset_id)
    names = [column.name for column in declared.columns]
    with (folder / f"{dataset_id}.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, names, lineterminator="\n")
        table.writeheader()
        for row in added_up(rows, declared):
            if row.keys() != {*names}:
                raise ValueError(f"{dataset_id}: the row does not have the declared columns")
            table.writerow(row)


def main(public: Path = PUBLIC) -> None:
    """Write every table of `data/public`."""
    write("federal_detainers", detainers("ice_detainers_king_county_fy2015_monthly"), public)
    write("federal_detainers_declined", declined(), public)
    write("federal_arrests", arrests(), public)
    write("audit_baseline", baseline(), public)
    for county in ("pierce_county",):
        folder = public / county
        folder.mkdir(exist_ok=True)
        write("federal_detainers", detainers("ice_detainers_washington_fy2015_monthly", county), folder)
        write("federal_detainers_declined", declined(county), folder)
        write("federal_arrests", arrests(county), folder)


if __name__ == "__main__":
    main()
