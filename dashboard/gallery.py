"""Which exhibits stand on which page, and how one is found by its code: for the pages, the pictures and the embeds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from dashboard import points
from dashboard.edition import Edition
from dashboard.exhibits import compare, federal, protected, reported, reviews
from dashboard.exhibits.kinds import codes_exhibit, columns_exhibit, empty
from dashboard.exhibits.measures import count_exhibit, measure_exhibit
from dashboard.exhibits.model import Choice, Exhibit
from dashboard.pages import HOME
from dashboard.wording import Wording

Build = Callable[[Edition, Choice, Wording], Exhibit]
KEPT = 600
"""How many pages' exhibits are kept ready: releases times pages times choices that are asked for again."""


def _count(dataset: str, column: str) -> Build:
    return lambda edition, choice, _: count_exhibit(edition, dataset, column, choice, _)


def _answers(edition: Edition, _choice: Choice, _: Wording) -> Exhibit:
    columns = ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")
    return columns_exhibit(edition, "ice_requests", columns, _("How requests were answered"), _)


def _instruments(edition: Edition, _choice: Choice, _: Wording) -> Exhibit:
    keys = ("instrument", "instrument", "requests_received")
    return codes_exhibit(edition, "ice_requests", keys, _("What legal instrument came with them"), _)


def _types(edition: Edition, _choice: Choice, _: Wording) -> Exhibit:
    keys = ("request_type", "request_type", "requests_received")
    return codes_exhibit(edition, "ice_requests", keys, _("What was asked for"), _)


def _steps(edition: Edition, _choice: Choice, _: Wording) -> Exhibit:
    columns = ("requests", "determination_made", "judicial_warrant_verified", "released", "refused",
               "released_without_warrant")  # fmt: skip
    return columns_exhibit(edition, "information_disclosures", columns, _("From request to answer"), _)


def _categories(edition: Edition, _choice: Choice, _: Wording) -> Exhibit:
    keys = ("info_category", "info_category", "requests")
    return codes_exhibit(edition, "information_disclosures", keys, _("What kind of information was asked for"), _)


OTHERS: Mapping[str, Sequence[tuple[str, Build]]] = {
    "requests": (("ice_requests", _count("ice_requests", "requests_received")), ("ice_requests", _answers),
                 ("ice_requests", _instruments), ("ice_requests", _types)),
    "notice": (("notice_compliance_by_facility", lambda e, _c, _: protected.notice_by_facility(e, _)),
               ("notice_compliance_by_reason", lambda e, _c, _: protected.notice_by_reason(e, _))),
    "accounts": (("account_reviews", reviews.review_calendar), ("database_access", _count("database_access", "logins"))),
    "disclosures": (("information_disclosures", _steps), ("information_disclosures", _categories)),
    "complaints": tuple(("complaints", _count("complaints", name)) for name in ("received", "closed", "substantiated")),
    "commitments": tuple(("commitment_explanations", _count("commitment_explanations", name))
                         for name in ("explanation_given_in_writing", "commitments")),
    "inventory": tuple(("personal_information_inventory", _count("personal_information_inventory", name))
                       for name in ("systems_catalogued", "retention_reviews_done", "records_disposed")),
    "federal": (("federal_counts", federal.side_by_side),
                ("federal_detainers_declined", lambda e, _c, _: federal.declined_history(e, _)),
                ("federal_arrests", lambda e, _c, _: federal.arrests(e, _))),
    "reported": ((reported.LEDGER, reported.heat_map),),
}  # fmt: skip
"""For each page, besides its indicators: the table that an exhibit needs, and what makes it."""


def datasets_on(edition: Edition, page: str) -> tuple[str, ...]:
    """The tables that a page draws on; the first page draws on those of every indicator."""
    measures = [measure.dataset for measure in (edition.measures if page == HOME else edition.measures_on(page))]
    return tuple(dict.fromkeys([*measures, *(dataset for dataset, _build in OTHERS.get(page, ()))]))


@lru_cache(maxsize=KEPT)
def agencies_on(edition: Edition, page: str) -> tuple[str, ...]:
    """The agencies that a page can be narrowed to, the one it opens on first."""
    return tuple(points.reporting_agencies(edition, edition.measures_on(page), datasets_on(edition, page)))


@lru_cache(maxsize=KEPT)
def exhibits_on(edition: Edition, page: str, choice: Choice, _: Wording) -> tuple[Exhibit, ...]:
    """Every exhibit of a page, the indicators first in the order of the release; those without a row are left out."""
    measured = (measure_exhibit(edition, measure, choice, _) for measure in edition.measures_on(page))
    others = (build(edition, choice, _) for dataset, build in OTHERS.get(page, ()) if not empty(edition, dataset))
    return tuple(shown for shown in (*measured, *others) if not shown.table.empty)


def find(edition: Edition, code: str, choice: Choice, _: Wording) -> Exhibit | None:
    """The exhibit of that code; None when this release has none."""
    if code.startswith("compare."):
        return _comparison(edition, code, choice, _)
    for page in _likely(edition, code):
        for shown in exhibits_on(edition, page, choice, _):
            if shown.code == code:
                return shown
    return None


def page_of(edition: Edition, code: str) -> str:
    """The page on which an exhibit stands."""
    return "compare" if code.startswith("compare.") else next(_likely(edition, code), "")


def _likely(edition: Edition, code: str) -> Iterator[str]:
    measure = edition.measure(code)
    if measure is not None:
        yield measure.page
        return
    dataset = code.partition(".")[0]
    for page, entries in OTHERS.items():
        if any(name == dataset for name, _build in entries):
            yield page


@lru_cache(maxsize=KEPT)
def _comparison(edition: Edition, code: str, choice: Choice, _: Wording) -> Exhibit | None:
    _compare, measure_id, way = (*code.split("."), "", "")[:3]
    measure = edition.measure(measure_id)
    if measure is None or way not in compare.ways(edition, measure):
        return None
    return compare.compared(edition, measure, way, choice, _)


def comparison(edition: Edition, measure_id: str, way: str, choice: Choice, _: Wording) -> Exhibit | None:
    """A measure compared in one way; None when the release does not have it."""
    return _comparison(edition, f"compare.{measure_id}.{way}", choice, _)
