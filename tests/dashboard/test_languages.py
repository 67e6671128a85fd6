"""A page in another language: its words and its labels are of that language, its figures are those of the release."""

import html
import re

from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.edition import Edition, in_language
from dashboard.pages import BY_CODE
from dashboard.shell import page_html
from dashboard.wording import ENGLISH
from schemas.languages import offered, wording
from tests.dashboard.test_pages import _main_stays, app, raw, said

__all__ = ["_main_stays"]
SPANISH = wording("es")


def test_the_first_page_is_in_the_language_of_the_address(catalogue):
    at = app(catalogue, lang="es")
    assert not at.exception
    assert "¿Cumple el condado su palabra?" in said(at)
    assert "Personas avisadas de una solicitud de retención" in said(at)
    assert at.query_params["lang"] == "es"


def test_links_to_other_languages_keep_place_filters_and_release(catalogue):
    at = app(catalogue, lang="es", agency="KCSO", months="12")
    found = [html.unescape(link) for link in re.findall(r'href="(\?[^"]*lang=[^"]*)"', raw(at))]
    assert found == [f"?agency=KCSO&lang={one.code}&months=12" for one in offered()]


def test_a_note_says_that_nobody_certified_the_words(catalogue):
    assert "Borrador hecho por máquina" in said(app(catalogue, lang="es"))
    assert "Machine-made draft" not in said(app(catalogue))


def test_the_menu_keeps_the_language(catalogue):
    at: AppTest = app(catalogue, lang="es")
    del at.query_params["lang"]
    at.run()
    assert at.query_params["lang"] == "es"


def test_an_unknown_language_is_english(catalogue):
    assert "Does the county keep its word?" in said(app(catalogue, lang="tlh"))


def test_figures_and_codes_are_the_same_in_every_language(edition: Edition):
    spanish = in_language(edition, SPANISH)
    assert in_language(edition, ENGLISH) is edition
    assert spanish.measures[1].title == "Personas avisadas de una solicitud de retención"
    assert [m.id for m in spanish.measures] == [m.id for m in edition.measures]
    assert [m.is_share for m in spanish.measures] == [m.is_share for m in edition.measures]
    assert spanish.labels("agency").keys() == edition.labels("agency").keys()
    assert spanish.table("ice_requests").equals(edition.table("ice_requests"))
    assert spanish != edition


def test_the_page_around_the_app_says_its_language(edition: Edition):
    page = page_html(BY_CODE["notice"], in_language(edition, SPANISH), SPANISH)
    assert '<html lang="es" dir="ltr">' in page
    assert "<title>Avisos – Daylight</title>" in page
    assert 'hreflang="es" href="/notice?lang=es"' in page
    assert '<link rel="canonical" href="/notice?lang=es" />' in page
    assert data.best().edition.id == edition.id
