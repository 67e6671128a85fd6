"""`python -m dashboard`: serves the catalogue that DAYLIGHT_CATALOGUE names (var/catalogue), on DAYLIGHT_PORT (8501)."""

import os

from dashboard.data import DEFAULT_CATALOGUE
from dashboard.server import HOST, PORT, Site, serve


def main() -> None:
    """Serve until interrupted."""
    catalogue = os.environ.get("DAYLIGHT_CATALOGUE", str(DEFAULT_CATALOGUE))
    where = (os.environ.get("DAYLIGHT_HOST", HOST), int(os.environ.get("DAYLIGHT_PORT", PORT)))
    serve(Site(catalogue, (), *where), logs=os.environ.get("DAYLIGHT_LOG") == "json")


if __name__ == "__main__":
    main()
