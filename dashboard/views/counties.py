"""Counties: one measure, beside the same measure of other counties whose releases are shown here too. No map."""

from dataclasses import replace

import streamlit as st

from dashboard import charts, data, markup, widgets
from dashboard.answers import Answer, freshness
from dashboard.charts.theme import CONFIG, PALETTES
from dashboard.edition import Edition
from dashboard.exhibits import counties as made
from dashboard.wording import Wording


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    first = st.container()
    editions = data.counties(edition)
    table = made.table_of(editions)
    codes = made.shared(editions, table)
    names = {one.id: f"{one.id} {one.title}" for one in edition.measures if one.id in codes}
    measure_id = widgets.choose("measure", _("Measure"), tuple(names), names.__getitem__)
    measure = edition.measure(measure_id)
    periods = made.periods(table, measure_id)
    if measure is None or not periods:
        first.html(widgets.opening("counties", edition, (), _))
        st.markdown(_("There is no report yet."))
        return
    period = widgets.choose("period", _("Period"), periods, _.period)
    rows = made.ranking(table, measure_id, period)
    made_up = next((one for one in editions if one.is_sample(measure.dataset)), edition)
    found = Answer(made.sentence(rows, measure.title, _), (
        (_("Counties shown"), "; ".join(f"{one.county.name} ({freshness(one, _)})" for one in editions)),
        (_("Target"), measure.goal.words if measure.goal else _("none is set")),
    ))  # fmt: skip
    first.html(widgets.opening("counties", made_up, (measure.dataset,), _, found))
    st.html(
        markup.table(made.ranking_table(rows, _), f"{measure.title}, {_.period(period)}")
        + markup.lines([markup.text(_("A rank is given only to shares of 20 cases and more, computed in the same way from "
                                      "full counts. Whoever has no rank moves nobody else."))])
    )  # fmt: skip
    st.header(_("Each county over time"), anchor=False)
    frame, names = made.over_time(table, measure_id)
    said = _("Chart: {title}. {headline} The same figures follow as a table.", title=measure.title,
             headline=made.sentence(rows, measure.title, _))  # fmt: skip
    around = replace(made.around(editions, measure, _), palette=PALETTES[widgets.ground()])
    figure = charts.multiples(frame, names, around, measure.goal, _)
    st.plotly_chart(figure, key="chart-counties", theme=None, config=CONFIG, alt=said)
    st.html(
        markup.folded(
            _("The same figures as a table"), markup.table(made.history_table(table, measure_id, _), measure.title)
        )
    )
