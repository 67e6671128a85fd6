"""The static edition: `site/<language>/…`, plain pages that need no script, in a folder for each language.

An index, a page for each duty, a page for each table, the definitions, and what changed. Text from the data is escaped
by the templates; a picture is inline SVG from our own drawing, whose texts the drawing program escapes.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from etl.edition import structured
from etl.edition.charts import event_key, picture, revised_periods
from etl.edition.duties import DUTIES, Duty
from etl.edition.explain import formula, law_lines
from etl.edition.extras import extras
from etl.edition.figures import asked, figure, main_series, readings, score, sentence, verdict, who
from etl.edition.grids import Grid, dataset_grid, history_grid, revisions_grid, signs_in
from etl.edition.quarter import has_figures, last_whole_quarter
from etl.edition.record import Record
from etl.static import render
from schemas.drawing.svg import svg
from schemas.foreign import english, marked, plain, told, unmarked
from schemas.languages import LANGUAGES, UNCERTIFIED, is_certified, offered
from schemas.marks import NAMES, SIGNS
from schemas.shares import PERCENT_FROM
from schemas.wording import ENGLISH, Wording

TWINS = {"index": "/", "definitions": "/about", **{duty.code: f"/{duty.code}" for duty in DUTIES}}
"""The pages of the dashboard that show the same; their addresses hold wherever a dashboard serves the catalogue."""
INDEX = "index"


def tables_of(duty: Duty, record: Record) -> list[str]:
    """The tables of a page that the release has: those of its indicators, then the others."""
    wanted = [one["dataset"] for one in record.measures if one["page"] == duty.code]
    return [name for name in dict.fromkeys((*wanted, *duty.datasets)) if name in record.origins]


def measures_of(duty: Duty, record: Record) -> list[dict[str, Any]]:
    """The indicators of a page."""
    return [one for one in record.measures if one["page"] == duty.code]


class Site:
    """The pages of one release in one language."""

    def __init__(self, record: Record, _: Wording = ENGLISH, languages: Sequence[str] = ("en",)) -> None:
        """The record in a language, and all languages in which the release has pages."""
        self.record = record.in_words(_)
        self.wording = _
        self.languages = [LANGUAGES[code] for code in languages if code in LANGUAGES]
        self._pictures: dict[str, str] = {}

    def picture(self, measure: Mapping[str, Any]) -> str:
        """The chart of an indicator as SVG text, drawn once; empty when it has no line."""
        name = str(measure["id"])
        if name not in self._pictures:
            scene = picture(measure, self.record, self.wording)
            self._pictures[name] = unmarked(svg(scene)) if scene else ""
        return self._pictures[name]

    def pages(self) -> dict[str, str]:
        """Every page by its path in the release."""
        made = {INDEX: self._index(), "definitions": self._definitions(), "revisions": self._revisions()}
        made |= {duty.code: self._duty(duty) for duty in DUTIES}
        made |= {f"tables/{name}": self._table(name) for name in sorted(self.record.origins)}
        return {f"site/{self.wording.language}/{name}.html": text for name, text in made.items()}

    def _render(self, name: str, template: str, values: dict[str, object]) -> str:
        """A page with what all pages share. `root` leads to the release's folder, `home` to the language's."""
        record, _ = self.record, self.wording
        deep = name.startswith("tables/")
        shared = {
            "_": _, "lang": _.language, "direction": _.direction, "county": record.county, "name": name,
            "root": "../../../" if deep else "../../", "home": "../" if deep else "", "sample_titles": self._samples(),
            "created_on": record.created_on.isoformat(), "created_on_words": _.day(record.created_on),
            "data_to": _.period(record.data_to) if record.data_to else "", "twin": TWINS.get(name, ""),
            "duties": DUTIES, "preview": name if name in TWINS else INDEX,
            "quiet_notice": name != INDEX, "languages": self.languages,
            "uncertified": "" if is_certified(_) else _(UNCERTIFIED),
            "in_english": "" if _.language == "en" else Markup(' hreflang="en"'),
        }  # fmt: skip
        return told(render(template, shared | values | {"structured": plain(values["structured"])}))

    def _samples(self) -> list[str]:
        record = self.record
        return [record.title_of(name) for name, origin in sorted(record.origins.items()) if origin == "sample"]

    def _index_rows(self) -> list[dict[str, object]]:
        record, _ = self.record, self.wording
        titles = {duty.code: duty.title for duty in DUTIES}
        rows = []
        for one in record.measures:
            lines = main_series(readings(record, one["id"]))
            last = lines[-1] if lines else None
            rows.append({
                "id": one["id"], "title": one["title"], "mark": record.mark([one["dataset"]]), "page": one["page"],
                "page_title": _(titles.get(one["page"], one["page"])), "sentence": sentence(lines, one, _),
                "asked": asked(one, record, _), "caveat": one["caveat"],
                "figure": figure(last, _) if last else _("not reported"),
                "target": one["target"]["words"] if one["target"] else _("none"), "verdict": verdict(last, _),
                "period": _.period(last.period) if last else "–", "who": who(last.agency, record, _) if last else "–",
                "law": law_lines(one["law"], record, _),
            })  # fmt: skip
        return rows

    def _table_rows(self, names: Sequence[str]) -> list[dict[str, object]]:
        record = self.record
        rows = []
        for name in names:
            definition, periods = record.definition(name), record.periods(name)
            rows.append({
                "id": name, "title": definition["title"], "summary": definition["summary"],
                "mark": record.mark([name]), "rows": self.wording.number(len(record.table(name))),
                "periods": " – ".join(dict.fromkeys((periods[0], periods[-1]))) if periods else "–",
            })  # fmt: skip
        return rows

    def _description(self) -> str:
        record, _ = self.record, self.wording
        said = _("What immigration authorities asked of {county}, and how its agencies answered.",
                 county=record.county["name"])  # fmt: skip
        return structured.marked(f"{said} {score(record, _)}", record.mark())

    def _title(self) -> str:
        record, _ = self.record, self.wording
        said = _("{county}: immigration enforcement requests and the county's answers", county=record.county["name"])
        return record.title if _.language == "en" else structured.marked(said, record.mark())

    def _index(self) -> str:
        record, _ = self.record, self.wording
        names, chosen = sorted(record.origins), last_whole_quarter(record.data_to)
        pages = [(structured.marked(record.title_of(n), record.mark([n])), f"tables/{n}.html") for n in names]
        description = self._description()
        return self._render(INDEX, "edition_index.html.j2", {
            "title": self._title(), "description": description, "score": score(record, _), "rows": self._index_rows(),
            "tables": self._table_rows(names), "percent_from": PERCENT_FROM,
            "has_packet": chosen is not None and has_figures(record, chosen),
            "structured": structured.catalogue(record, description, pages, _),
        })  # fmt: skip

    def _exhibit(self, measure: Mapping[str, Any]) -> dict[str, object]:
        """One indicator in full: sentence, picture, its key, every period, definition and downloads."""
        record, _ = self.record, self.wording
        lines = readings(record, measure["id"])
        main = main_series(lines)
        grid = history_grid(lines, measure["title"], record, _)
        used = {line.mark for line in lines}
        return {
            "id": measure["id"], "title": measure["title"], "sentence": sentence(main, measure, _),
            "asked": asked(measure, record, _), "caveat": measure["caveat"], "verdict": verdict(main[-1] if main else None, _),
            "picture": Markup(self.picture(measure)), "grid": grid, "dataset": measure["dataset"],  # noqa: S704 - our SVG
            "dataset_title": record.title_of(measure["dataset"]), "has_table": measure["dataset"] in record.origins,
            "key": [(SIGNS[mark], _(NAMES[mark])) for mark in SIGNS if mark in used],
            "events": event_key(main, record, _),
            "has_revised": bool(revised_periods(record, measure) & {line.period for line in main}),
            "mark": record.mark([measure["dataset"]]),
            "numerator": formula(measure["numerator"], _), "denominator": formula(measure["denominator"], _),
            "law": law_lines(measure["law"], record, _),
        }  # fmt: skip

    def _duty(self, duty: Duty) -> str:
        record, _ = self.record, self.wording
        measures, tables = measures_of(duty, record), tables_of(duty, record)
        exhibits = [self._exhibit(one) for one in measures]
        first = str(exhibits[0]["sentence"]) if exhibits else _(duty.question)
        description = structured.marked(f"{_(duty.question)} {first}", record.mark(tables))
        title = structured.marked(_(duty.title), record.mark(tables))
        return self._render(duty.code, "edition_duty.html.j2", {
            "title": title, "question": _(duty.question), "description": description, "exhibits": exhibits,
            "extras": [(extra, Markup(unmarked(svg(extra.scene))), record.mark([extra.dataset]))  # noqa: S704 - our own SVG
                       for extra in extras(duty.code, record, _)],
            "tables": self._table_rows(tables), "structured": structured.page(record, title, description, tables, _),
        })  # fmt: skip

    def _table(self, name: str) -> str:
        record, _ = self.record, self.wording
        definition, grid = record.definition(name), dataset_grid(record, name, _)
        total = len(record.table(name))
        columns = [
            {**column, "law": english("; ".join(record.law[key]["citation"] for key in column["law"]), _)}
            for column in definition["columns"]
        ]
        title = structured.marked(definition["title"], record.mark([name]))
        return self._render(f"tables/{name}", "edition_table.html.j2", {
            "title": title, "description": structured.marked(definition["summary"], record.mark([name])),
            "table": definition, "grid": grid, "total": _.number(total), "printed": _.number(len(grid.rows)),
            "is_cut": len(grid.rows) < total, "columns": columns, "mark": record.mark([name]),
            "signs": signs_in((cell for row in grid.rows for cell in row), _),
            "law": law_lines(definition["law"], record, _), "structured": structured.dataset(record, name, "../../../", _),
        })  # fmt: skip

    def _definitions(self) -> str:
        record, _ = self.record, self.wording
        measures = [
            {"id": one["id"], "title": one["title"], "page": one["page"],
             "target": one["target"]["words"] if one["target"] else _("none"),
             "numerator": formula(one["numerator"], _), "denominator": formula(one["denominator"], _),
             "dataset": one["dataset"], "law": english("; ".join(record.law[key]["citation"] for key in one["law"]), _)}
            for one in record.measures
        ]  # fmt: skip
        names = sorted({c["vocabulary"] for n in record.origins for c in record.definition(n)["columns"]} - {""})
        title, description = (
            _("Definitions and method"),
            _("What every figure means, who asks for it, and how it is made."),
        )
        return self._render("definitions", "edition_definitions.html.j2", {
            "title": title, "description": description, "measures": measures,
            "law": law_lines(list(record.law), record, _), "percent_from": PERCENT_FROM,
            "marks": [(sign, _(NAMES[mark])) for mark, sign in SIGNS.items()],
            "vocabularies": [(name, list(record.labels(name).items())) for name in names],
            "structured": structured.page(record, title, description, [], _),
        })  # fmt: skip

    def _revisions(self) -> str:
        record, _ = self.record, self.wording
        rows = record.rows("revisions.csv")
        grid: Grid = revisions_grid(rows, record, _)
        title, description = (
            _("What changed"),
            _("Every published figure that differs from the release before, and why."),
        )
        reasons = [
            {"kind": reason.kind, "code": reason.code, "title": record.title_of(reason.dataset), "period": reason.period,
             "reason": english(reason.reason, _), "by": reason.accepted_by, "on": reason.on.isoformat()}
            for reason in record.reasons
        ]  # fmt: skip
        return self._render("revisions", "edition_revisions.html.j2", {
            "title": title, "description": description, "grid": grid, "total": len(rows), "reasons": reasons,
            "is_cut": len(grid.rows) < len(rows), "structured": structured.page(record, title, description, [], _),
        })  # fmt: skip


def sites(record: Record) -> list[Site]:
    """The edition in English, and in the county's languages that have a catalogue."""
    codes = [one.code for one in offered() if one.code in ("en", *record.county["languages"])]
    return [Site(record, marked(code), codes) for code in codes]
