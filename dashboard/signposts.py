"""The small files that programs look for: robots, sitemap, security contact, due days as a calendar, health."""

from datetime import timedelta
from html import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard import data, front
from dashboard.address import LANGUAGE
from dashboard.edition import Edition, in_language
from dashboard.pages import menu, path_of
from dashboard.wording import Wording
from schemas.errors import ReleaseDamaged
from schemas.languages import offered, wording

AHEAD = 12
"""How many due days the calendar holds."""
_NO_CACHE = {"cache-control": "no-cache"}


def site_of(request: Request) -> str:
    """Scheme and host, as the visitor asked for them."""
    return f"{request.url.scheme}://{request.url.netloc}"


def robots(site: str) -> str:
    """Everything may be read by programs; the app's own channel is of no use to them."""
    return f"User-agent: *\nDisallow: /_stcore/\nAllow: /\n\nSitemap: {site}/sitemap.xml\n"


def sitemap(site: str, edition: Edition | None) -> str:
    """Every page, and the newest release without scripts in each of its languages."""
    places = [f"{site}/{path_of(page.code)}" for page in menu(several=data.has_counties())]
    when = ""
    if edition is not None:
        plain = (in_language(edition, wording(one.code)).static_page() for one in offered())
        places += [f"{site}/catalogue/latest/{page}" for page in dict.fromkeys(plain)]
        when = f"<lastmod>{edition.release.manifest.created_on.isoformat()}</lastmod>"
    entries = "".join(f"<url><loc>{escape(place)}</loc>{when}</url>" for place in places)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{entries}</urlset>\n"


def security(site: str, edition: Edition) -> str:
    """Whom to tell of a weakness (RFC 9116). It expires a year after the release, which names the contact."""
    until = edition.release.manifest.created_on + timedelta(days=365)
    return (
        f"Contact: mailto:{edition.county.contact_email}\nExpires: {until.isoformat()}T00:00:00Z\n"
        f"Preferred-Languages: en\nCanonical: {site}/.well-known/security.txt\n"
    )


def calendar(edition: Edition, _: Wording) -> str:
    """The days on which the next reports are due (RFC 5545), to subscribe to."""
    period, stamp = edition.release.manifest.data_to, edition.release.manifest.created_on.strftime("%Y%m%dT000000Z")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Daylight//due days//EN", "CALSCALE:GREGORIAN"]
    for _number in range(AHEAD):
        period, due = front.next_due(period, edition.county.due_day)
        title = _("Reports for {period} are due", period=_.period(period))
        lines += [
            "BEGIN:VEVENT", f"UID:due-{period}@daylight", f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{due:%Y%m%d}",
            f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}", f"SUMMARY:{_ics(title)}",
            f"DESCRIPTION:{_ics(edition.county.publisher)}", "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*(_fold(line) for line in lines), "END:VCALENDAR", ""])


def _ics(text: str) -> str:
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return text


def _fold(line: str) -> str:
    """Lines of a calendar have at most 75 octets; what goes on begins with a blank."""
    pieces, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        pieces.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*pieces, rest])


def _edition() -> Edition | None:
    try:
        return data.best().edition
    except (FileNotFoundError, ReleaseDamaged):
        return None


def signpost_routes() -> list[Route]:
    """The addresses of these files. Where there is no release, what needs one answers 404."""

    def text(content: str | None, kind: str = "text/plain; charset=utf-8") -> Response:
        if content is None:
            return PlainTextResponse("Nothing has been published yet.\n", status_code=404, headers=_NO_CACHE)
        return Response(content, media_type=kind, headers=_NO_CACHE)

    def answer_robots(request: Request) -> Response:
        return text(robots(site_of(request)))

    def answer_sitemap(request: Request) -> Response:
        return text(sitemap(site_of(request), _edition()), "application/xml")

    def answer_security(request: Request) -> Response:
        edition = _edition()
        return text(security(site_of(request), edition) if edition else None)

    def answer_calendar(request: Request) -> Response:
        edition = _edition()
        _ = wording(request.query_params.get(LANGUAGE, ""))
        return text(calendar(edition, _) if edition else None, "text/calendar; charset=utf-8")

    def answer_site(request: Request) -> Response:
        edition = _edition()
        place = request.path_params["place"] or (edition.static_page().removeprefix("site/") if edition else "")
        return RedirectResponse(f"/catalogue/latest/site/{place}", headers=_NO_CACHE) if place else text(None)

    def answer_health(_request: Request) -> Response:
        edition = _edition()
        state = {"status": "ok" if edition else "no release", "release": edition.id if edition else None}
        return JSONResponse(state, status_code=200 if edition else 503, headers={"cache-control": "no-store"})

    return [
        Route("/robots.txt", answer_robots, methods=["GET"]),
        Route("/sitemap.xml", answer_sitemap, methods=["GET"]),
        Route("/.well-known/security.txt", answer_security, methods=["GET"]),
        Route("/due.ics", answer_calendar, methods=["GET"]),
        Route("/site/{place:path}", answer_site, methods=["GET"]),
        Route("/health", answer_health, methods=["GET"]),
    ]
