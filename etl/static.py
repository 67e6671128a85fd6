"""The static edition: a release as one plain HTML page that needs no script, and how every page of ours is rendered.

It is for old phones, text browsers, crawlers and a bad day. Every figure comes from the release; text from the data is
escaped by the templates. Months are named in English here; other languages come with the dashboard's word lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from etl.describe import ReleaseFacts, TableFacts, release_description, release_title, sample_titles
from schemas.declare import Origin
from schemas.jurisdiction import Law
from schemas.release import CellStatus

PERCENT_FROM = 20
"""The least denominator for which a percentage is printed; below it only counts are (domain, section D.4)."""
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ALL_AGENCIES = "ALL"
_VERDICTS = {"yes": "✔ Met", "no": "✘ Not met"}
_ABSENT = {
    CellStatus.SUPPRESSED: "hidden to protect people",
    CellStatus.NOT_REPORTED: "not reported",
    CellStatus.NOT_APPLICABLE: "nothing to measure",
}
_REPORTING = {
    "": "", "certified": "", "certified_zero": "", "not_applicable": "", "missing": "", "late": " Reported late.",
    "preliminary": " Preliminary, may change.", "incomplete": " Incomplete: at least one agency has not reported.",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One indicator as the page prints it."""

    title: str
    sentence: str
    caveat: str
    figure: str
    target: str
    verdict: str
    period: str
    agency: str
    citations: tuple[str, ...]
    table: str
    is_sample: bool


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("etl", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip


def render(template: str, values: Mapping[str, object]) -> str:
    """A page from one of `etl/templates`; a value that the template asks for and does not get is an error."""
    return _templates().get_template(template).render(values)


def day_words(day: date) -> str:
    """A day in words: 20 October 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def period_words(period: str) -> str:
    """A period in words: 2026-09 is September 2026, 2026-Q3 the third quarter, 2014 the year."""
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return f"quarter {part[1:]} of {year}"
    return f"{MONTHS[int(part) - 1]} {year}" if part else year


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _percent(share: float) -> str:
    """A share as a whole percentage; what is not all or none is never rounded to 100% or 0%."""
    if 0.99 < share < 1:
        return "over 99%"
    return "under 1%" if 0 < share < 0.01 else f"{share * 100:.0f}%"


def _figure(line: Mapping[str, Any]) -> str:
    """The figure of a shown line: a count, or a count out of another and, where it is large enough, the percentage."""
    if pd.isna(line["denominator"]):
        return _number(line["value"])
    counts = f"{_number(line['numerator'])} of {_number(line['denominator'])}"
    return f"{counts} ({_percent(line['value'])})" if line["denominator"] >= PERCENT_FROM else counts


def _records(lines: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in line.items()} for line in lines.to_dict("records")]


def _newest(indicators: pd.DataFrame, indicator: str) -> list[dict[str, Any]]:
    """The lines of an indicator's newest period: all agencies together where there is such a line, else each."""
    lines = indicators[indicators["indicator"] == indicator]
    lines = lines[lines["period"] == lines["period"].max()].sort_values("agency")
    together = lines[lines["agency"] == _ALL_AGENCIES]
    return _records(lines if together.empty else together)


def _last_figure(indicators: pd.DataFrame, indicator: str, agency: str) -> str:
    """The last figure before a gap, in words: of the same agency, else of all together; empty when there is none."""
    shown = indicators[(indicators["indicator"] == indicator) & (indicators["status"] == CellStatus.SHOWN)]
    for whose in (agency, _ALL_AGENCIES):
        lines = _records(shown[shown["agency"] == whose].sort_values("period"))
        if lines:
            return f" Last figure: {_figure(lines[-1])}, {period_words(lines[-1]['period'])}."
    return ""


def _said(line: Mapping[str, Any], counted: str, last: str) -> tuple[str, str, str]:
    """Sentence, figure and verdict of one line. An unknown status or verdict is an error, never a silent guess."""
    status, period = CellStatus(line["status"]), period_words(line["period"])
    if status is not CellStatus.SHOWN:
        absent = _ABSENT[status]
        return f"{period[0].upper()}{period[1:]}: {absent}.{last}", absent, "– No data"
    figure = _figure(line)
    verdict = _VERDICTS[line["met"]] if line["met"] else "– No target"
    return f"In {period}, {figure} {counted}.{_REPORTING[line['reporting']]}", figure, verdict


def _rows_of(
    definition: Mapping[str, Any], indicators: pd.DataFrame, laws: Mapping[str, Law], table: TableFacts | None
) -> list[_Row]:
    """The rows of one indicator; one row that says so when the release has no figure of it."""
    target = definition["target"]
    same: dict[str, Any] = {
        "title": definition["title"], "caveat": definition["caveat"], "table": table.dataset.id if table else "",
        "target": target["words"] if target else "none", "is_sample": table is not None and _is_sample(table),
        "citations": tuple(laws[key].published_citation for key in definition["law"]),
    }  # fmt: skip
    lines = _newest(indicators, definition["id"])
    if not lines:
        absent = "No period was reported."
        return [_Row(**same, sentence=absent, figure="not reported", verdict="– No data", period="–", agency="–")]
    rows = []
    for line in lines:
        last = _last_figure(indicators, definition["id"], line["agency"])
        sentence, figure, verdict = _said(line, definition["counted"], last)
        agency = "all agencies" if line["agency"] == _ALL_AGENCIES else line["agency"]
        period = line["period"]
        rows.append(_Row(**same, sentence=sentence, figure=figure, verdict=verdict, period=period, agency=agency))
    return rows


def _is_sample(table: TableFacts) -> bool:
    return table.origin is not Origin.REAL


def _table_row(table: TableFacts) -> dict[str, object]:
    dataset = table.dataset
    ends = dict.fromkeys(period for period in (table.first_period, table.last_period) if period)
    return {
        "id": dataset.id, "title": dataset.title, "summary": dataset.summary, "one_row_is": dataset.one_row_is,
        "caveats": dataset.caveats, "is_sample": _is_sample(table), "periods": " to ".join(ends) or "–",
        "rows": _number(table.rows),
    }  # fmt: skip


def site_page(
    facts: ReleaseFacts, indicators: pd.DataFrame, definitions: Sequence[Mapping[str, Any]], laws: Mapping[str, Law]
) -> str:
    """`site/en/index.html`: every indicator with its newest figure, target and citation, and every table.

    `indicators` is the published indicator table with numbers as Float64; `definitions` is what
    `definitions/indicators.json` says. Indicators are printed in the order of their numbers.
    """
    tables = {table.dataset.id: table for table in facts.tables}
    rows = [
        row
        for definition in sorted(definitions, key=lambda each: (len(each["id"].partition("_")[0]), each["id"]))
        for row in _rows_of(definition, indicators, laws, tables.get(definition["dataset"]))
    ]
    return render("static.html.j2", {
        "lang": "en", "title": release_title(facts), "description": release_description(facts, brief=True),
        "sample_titles": sample_titles(facts), "county": facts.county, "created_on": facts.created_on.isoformat(),
        "created_on_words": day_words(facts.created_on), "percent_from": PERCENT_FROM,
        "data_to": period_words(facts.data_to) if facts.data_to else "", "rows": rows,
        "tables": [_table_row(table) for table in facts.tables],
    })  # fmt: skip
