"""Compare: one measure, by agency, jail, calendar or fiscal year, or with the same month a year before."""

from functools import partial

import streamlit as st

from dashboard import gallery, points, showing, widgets
from dashboard.answers import Answer, freshness
from dashboard.edition import ALL_AGENCIES, Edition
from dashboard.exhibits import compare as made
from dashboard.wording import Wording


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    first = st.container()
    names = {measure.id: f"{measure.id} {measure.title}" for measure in edition.measures}
    measure_id = widgets.choose("measure", _("Measure"), tuple(names), names.__getitem__)
    measure = edition.measure(measure_id)
    if measure is None:
        first.html(widgets.opening("compare", edition, (), _))
        return
    ways = made.ways(edition, measure)
    way = widgets.choose("way", _("Compare"), ways, lambda code: _(made.WAYS[code]))
    agencies = (ALL_AGENCIES,) if way in ("agency", "facility") else points.agencies(edition, [measure])
    agency = widgets.choose("agency", _("Agency"), agencies, partial(widgets.agency_name, edition, _))
    choice = widgets.choice_of(agency, "")
    shown = gallery.comparison(edition, measure_id, way, choice, _)
    if shown is None or shown.table.empty:
        first.html(widgets.opening("compare", edition, (), _))
        st.markdown(_("There is no report yet."))
        return
    found = Answer(shown.headline, ((_("Compared"), _(made.WAYS[way])), (_("Data"), freshness(edition, _))))
    first.html(widgets.opening("compare", edition, (measure.dataset,), _, found))
    enliven = showing.exhibit(edition, shown, choice, _)
    enliven()
