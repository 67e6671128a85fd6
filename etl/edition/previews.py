"""The picture that stands beside a link to a page where people share it: its sentence and its first chart."""

from etl.edition.duties import DUTIES
from etl.edition.figures import main_series, readings, score, sentence
from etl.edition.pages import INDEX, TWINS, Site, measures_of
from etl.edition.typeset import FAMILY, pictures
from schemas.drawing.svg import in_family

_DOTS_PER_INCH = 144
"""The template's page is 600 by 315 points, so that a picture has 1200 by 630 dots."""
LANGUAGE = "en"
"""Pages in every language share these pictures: the letters that Typst brings hold neither Chinese nor Korean."""


def previews(site: Site) -> dict[str, bytes]:
    """One PNG for each page that has one, by its path in the release."""
    record, _ = site.record, site.wording
    titles = {INDEX: _("The record"), "definitions": _("Definitions and method")}
    titles |= {duty.code: _(duty.title) for duty in DUTIES}
    said = {INDEX: score(record, _), "definitions": _("What every figure means, who asks for it, and how it is made.")}
    charts = dict.fromkeys(TWINS, "")
    for duty in DUTIES:
        first = next(iter(measures_of(duty, record)), None)
        said[duty.code] = _(duty.question)
        if first:
            said[duty.code] = sentence(main_series(readings(record, first["id"])), first, _)
            charts[duty.code] = in_family(site.picture(first), FAMILY)
    pages = [
        {"title": titles[name], "said": said[name], "chart": charts[name], "mark": record.mark(),
         "county": record.county["name"], "until": _.period(record.data_to) if record.data_to else ""}
        for name in TWINS
    ]  # fmt: skip
    drawn = pictures("preview.typ", {"pages": pages, "lang": _.language}, dots_per_inch=_DOTS_PER_INCH)
    return {f"site/{LANGUAGE}/{name}.png": picture for name, picture in zip(TWINS, drawn, strict=True)}
