"""Ask the data: any table filtered, grouped and counted; the address carries the question, the file is what is seen."""

from functools import partial

import streamlit as st

from dashboard import asking, markup, showing, widgets
from dashboard.address import LANGUAGE, RELEASE, language, page_address, query
from dashboard.answers import Answer, freshness
from dashboard.asking import FISCAL, YEAR, Question, Shape
from dashboard.edition import Edition
from dashboard.snippets import snippets
from dashboard.wording import Wording

MOST_ROWS = 300
"""Longer answers are cut on the page, and say so; the file has every row."""


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    first = st.container()
    dataset = widgets.choose("dataset", _("Table"), asking.datasets(edition), edition.title_of)
    can = asking.shape(edition, dataset)
    question = _asked(edition, dataset, can, _)
    rows = asking.answer(edition, question)
    place = f"/data/answer.csv{query({**question.parameters(), RELEASE: edition.id})}"
    said = _.plural("{number} row answers this question of “{title}”.", "{number} rows answer this question of “{title}”.",
                    len(rows), title=edition.title_of(dataset))  # fmt: skip
    one_row = str(edition.definition(dataset)["one_row_is"])
    found = Answer(said, ((_("One row of the table is"), one_row), (_("Data"), freshness(edition, _))))
    first.html(widgets.opening("ask", edition, (dataset,), _, found))
    named = rows.rename(columns={name: _group_name(edition, dataset, str(name), _) for name in rows})
    cut = [_("The first {number} rows are shown; the file has all.", number=MOST_ROWS)] if len(rows) > MOST_ROWS else []
    st.html(
        _active(edition, question, _)
        + markup.lines([markup.link(place, _("Download exactly these rows (CSV)")), *(markup.text(line) for line in cut)])
        + (markup.table(named.head(MOST_ROWS), edition.title_of(dataset)) if len(rows) else "")
        + markup.lines([markup.text(_("[c] hidden to protect people; ✕ not reported; – nothing to measure. A sum with such a "
                                      "part is not given.")),
                        showing.source(edition, dataset, (dataset,), _)])
    )  # fmt: skip
    st.header(_("Fetch it with code"), anchor=False)
    fetched = snippets(question, can, f"{showing.origin()}{place}")
    st.html("".join(markup.folded(tool, markup.code(code)) for tool, code in fetched.items()))


def _asked(edition: Edition, dataset: str, can: Shape, _: Wording) -> Question:
    """The question: choices in the address, as codes."""
    by = widgets.choose_many("by", _("Group by"), can.groups, lambda name: _group_name(edition, dataset, name, _))
    counts = widgets.choose_many("count", _("Count"), can.counts, lambda name: edition.column_label(dataset, name)) \
        if can.counts else ()  # fmt: skip
    vocabularies = {str(entry["name"]): str(entry["vocabulary"]) for entry in edition.definition(dataset)["columns"]}
    keep = {}
    with st.expander(_("Filters"), expanded=any(str(name).startswith("where.") for name in st.query_params)):
        first = widgets.choose(
            "from", _("From"), ("", *can.periods), lambda code: _.period(code) if code else _("the beginning")
        )
        last = widgets.choose("to", _("To"), ("", *can.periods), lambda code: _.period(code) if code else _("the end"))
        for name, codes in can.codes.items():
            vocabulary = vocabularies.get(name, "")
            keep[name] = widgets.choose_many(
                f"where.{name}", edition.column_label(dataset, name), codes, partial(edition.label, vocabulary)
            )
    return Question(dataset, by, counts, {name: codes for name, codes in keep.items() if codes}, first, last)


def _active(edition: Edition, question: Question, _: Wording) -> str:
    """What narrows the answer, and the way back to the whole table."""
    dataset = question.dataset
    vocabularies = {str(entry["name"]): str(entry["vocabulary"]) for entry in edition.definition(dataset)["columns"]}
    said = [
        f"{edition.column_label(dataset, name)}: "
        + ", ".join(edition.label(vocabularies.get(name, ""), code) for code in codes)
        for name, codes in question.keep.items()
    ]  # fmt: skip
    said += [f"{_('From')}: {_.period(question.first)}"] if question.first else []
    said += [f"{_('To')}: {_.period(question.last)}"] if question.last else []
    if not (said or question.by or question.counts):
        return ""
    whole = page_address("ask", {"dataset": dataset, RELEASE: widgets.kept(RELEASE), LANGUAGE: language(_)})
    back = markup.link(whole, _("Show the whole table again"))
    return markup.lines([*([markup.text(f"{_('Filters')}: {'; '.join(said)}")] if said else []), back])


def _group_name(edition: Edition, dataset: str, name: str, _: Wording) -> str:
    made = {YEAR: _("Calendar year"), FISCAL: _("Federal fiscal year")}
    return made.get(name) or edition.column_label(dataset, name)
