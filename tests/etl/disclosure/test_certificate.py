"""Linked tables through `protect`: the certificate checks, no tampering goes unnoticed, and a reader of all tables learns
no hidden count more closely than the width.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.declare import Grain, Protection

Q1 = "2026-Q1"
FEW = [0, 0, 0, 1, 1, 2, 3, 4, 7, 9, 10, 13, 25]


@st.composite
def people(draw, county, dimensions: tuple[str, ...], months: tuple[str, ...] = ("2026-01", "2026-05")):
    """A record with a small or middling count in every most detailed place of some months."""
    places = county.Record(dimensions, {}).places({"period": "2026"})
    places = [place for place in places if place[0] in months]
    counts = draw(st.lists(st.sampled_from(FEW), min_size=len(places), max_size=len(places)))
    return county.Record(dimensions, dict(zip(places, counts, strict=True)))


LINKED = {
    "one table": [("age", "sex")],
    "two linked by a margin": [("age", "sex"), ("sex", "region")],
    "three in a chain": [("age", "sex"), ("sex", "region"), ("region", "facility")],
    "three in a circle": [("age", "sex"), ("sex", "region"), ("age", "region")],
    "a full table and a part of it": [("sex", "region", "facility"), ("sex", "region")],
}
each_link = pytest.mark.parametrize("links", LINKED.values(), ids=LINKED.keys())


def datasets_of(county, links, *, groups=False, **policy):
    return [county.declared("_by_".join(link), *link, groups=groups and "age" in link, **policy) for link in links]


@each_link
@pytest.mark.parametrize("groups", [False, True], ids=["", "with groups of ages"])
@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_linked_tables_are_certified_and_safe_from_a_reader_of_all(safe, county, links, groups, data):
    dimensions = tuple(sorted({name for link in links for name in link}))
    record = data.draw(people(county, dimensions, ("2026-01",)))
    safe(record, datasets_of(county, links, groups=groups), (Q1,))


@pytest.mark.parametrize(
    "links", [LINKED["two linked by a margin"], LINKED["three in a circle"]], ids=["chain", "circle"]
)
@settings(max_examples=5, print_blob=False)
@given(data=st.data())
def test_beside_a_conduct_table_printed_in_full_hidden_counts_stay_hidden(safe, county, links, data):
    record = data.draw(people(county, ("age", "region", "sex"), ("2026-01",)))
    safe(record, [*datasets_of(county, links), county.declared("totals", "sex", kind=Protection.CONDUCT)], (Q1,))


@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_quarters_that_add_up_to_a_printed_year_are_protected_together(safe, county, data):
    record = data.draw(people(county, ("sex",), ("2026-01", "2026-04", "2026-08", "2026-12")))
    quarters = county.declared("by_quarter", "sex")
    year = county.declared("by_year", "sex", grain=Grain.YEAR)
    months = county.declared("by_month", grain=Grain.MONTH, kind=Protection.CONDUCT)
    safe(record, [quarters, year, months], [f"2026-Q{quarter}" for quarter in range(1, 5)])
