"""Take a picture of every page of the dashboard for the docs: `python -m docs.pictures http://127.0.0.1:8501`.

Needs a dashboard that is running (`make run`) and Chromium. Pages are pictured as a visitor first sees them, 1280 wide on a light
ground, and the first one on a phone and in Spanish too. Pictures have few colours, so that a repository stays small.
"""

import argparse
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from dashboard.pages import PAGES, path_of

FOLDER = Path(__file__).with_name("images")
WIDE, PHONE = {"width": 1280, "height": 1500}, {"width": 390, "height": 844}
COLOURS = 256
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
DRAWN = """() => !document.querySelector('[data-testid=stMain] [data-testid=stSkeleton]')
  && [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(one => one.querySelector('.main-svg'))"""
VIEWS: dict[str, tuple[str, dict[str, int]]] = {
    **{page.code: (path_of(page.code), WIDE) for page in PAGES},
    "overview-phone": ("", PHONE), "overview-spanish": ("?lang=es", WIDE),
}  # fmt: skip
"""Each picture by its name: the address below the site, and the size of the window."""


def take(browser: Browser, address: str, size: dict[str, int]) -> bytes:
    """The page at an address, once it has been drawn, as PNG."""
    page = browser.new_page(viewport=size, color_scheme="light")
    try:
        page.goto(address)
        page.locator(f"{READY} [data-testid=stMain] h1").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_function(DRAWN)
        drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    finally:
        page.close()
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description="Take a picture of every page of a running dashboard.")
    parser.add_argument("site", nargs="?", default="http://127.0.0.1:8501")
    site = parser.parse_args().site.rstrip("/")
    chromium = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, (path, size) in VIEWS.items():
            picture = take(browser, f"{site}/{path}", size)
            (FOLDER / f"{name}.png").write_bytes(picture)
            sys.stdout.write(f"{name}.png: {len(picture) // 1000} KB\n")
        browser.close()


if __name__ == "__main__":
    main()
