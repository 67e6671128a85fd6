"""What a visit costs, against a near-empty Streamlit app and an app with one Plotly chart, in the same run.

Run as `python benchmarks/dashboard.py [--catalogue var/catalogue] [--rounds 5]`. Prints ratios; times depend on the
machine, so nothing is asserted. Bytes are what the browser received. `text` is the first text of the page, ours in the
document itself; `title` is the app's own. A page is ready when its script has ended and its first chart is drawn: ours as
the picture that the live chart replaces, which is told apart as `live`. A cold visit varies by a tenth from one to the next:
four times `rounds` of them, turn about, tell its median to about three hundredths.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

EMPTY = 'import streamlit as st\nst.title("Empty")\nst.button("Again")\n'
TWO = (
    "import streamlit as st\n"
    'st.navigation([st.Page(lambda name=name: st.title(name), title=name, url_path=name) for name in ("One", "Two")]).run()\n'
)
"""Two near-empty pages, to switch between."""
ONE = (
    "import plotly.graph_objects as go\nimport streamlit as st\n"
    'st.title("One")\nnumber = st.radio("Filter", [12, 24])\n'
    'st.plotly_chart(go.Figure(go.Scatter(x=list(range(number)), y=list(range(number)))), key="one")\n'
)
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
CHART = ".js-plotly-plot .main-svg"
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
WATCH = """
const seen = {}, there = selector => document.querySelector(selector) !== null;
const drawn = () => [...document.querySelectorAll(".st-key-first-chart img")].some(one => one.complete && one.naturalWidth);
const looks = {
  text: () => there(".dl-first h1") || there("[data-testid=stMain] h1"),
  title: () => there("[data-testid=stMain] h1"),
  ended: () => there("[data-testid=stApp][data-test-script-state=notRunning]"),
  live: () => there(".js-plotly-plot .main-svg"),
  chart: () => looks.live() || drawn(),
};
window.seen = seen;
(function look() {
  for (const [name, holds] of Object.entries(looks))
    if (!(name in seen) && document.body && holds())
      requestAnimationFrame(() => seen[name] ??= performance.now() / 1000);
  requestAnimationFrame(look);
})();
"""
"""Notes in the page itself when each thing has been painted: seconds since the visit began, one frame after it was there."""
ARRIVED = """title => document.querySelector("[data-testid=stMain] h1")?.textContent.trim() === title
  && document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning" """
PHONE = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8, "offline": False}
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: list[str], port: int) -> Iterator[tuple[str, int]]:
    """A server of its own process: its address and its process id."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                try:
                    if urlopen(f"{address}/_stcore/health").status == 200:
                        break
                except OSError:
                    time.sleep(0.1)
            yield address, server.pid
        finally:
            server.terminate()


def cpu(process: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(process: int) -> float:
    """Megabytes of memory that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True)
class Place:
    """A page, the process that serves it, and whether it has a chart."""

    address: str
    process: int
    chart: bool = False


def visit(browser: Browser, place: Place, *, phone: bool = False, warm: bool = False) -> dict[str, float]:
    """One visit: seconds to first text, title, ready and live chart; kilobytes; seconds of the server's processor.

    warm: the second of a browser, which has the program by then.
    """
    context = browser.new_context(viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 900})
    if warm:
        before_it = context.new_page()
        before_it.goto(place.address)
        before_it.locator(CHART if place.chart else READY).first.wait_for(timeout=180_000)
        before_it.close()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    if phone:
        session.send("Network.emulateNetworkConditions", PHONE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    received = [0.0]
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    before = cpu(place.process)
    page.goto(place.address, wait_until="commit")
    names = ["text", "title", "ended", *(["chart", "live"] if place.chart else [])]
    page.wait_for_function("names => names.every(name => name in window.seen)", arg=names, timeout=180_000)
    seen = page.evaluate("() => window.seen")
    context.close()
    ready = max(seen["ended"], seen["chart"] if place.chart else seen["title"])
    return {"text": seen["text"], "title": seen["title"], "ready": ready, "live": seen["live"] if place.chart else ready,
            "kb": sum(received) / 1000, "cpu": cpu(place.process) - before}  # fmt: skip


def filtered(browser: Browser, address: str, process: int, labels: tuple[str, str]) -> dict[str, float]:
    """A choice changed to and fro: seconds until what the script sent last is painted, and server CPU, for one change.

    A run that is over within a few milliseconds is never seen running, so the end is read from the channel itself.
    """
    page = browser.new_page()
    ended: list[float] = []
    page.on("websocket", lambda channel: channel.on("framereceived", lambda frame: _note_end(frame, ended)))
    page.goto(address)
    page.locator(CHART).first.wait_for(timeout=180_000)
    page.locator(READY).wait_for(timeout=60_000)
    times, before, changes = [], 0.0, 10
    for number in range(changes + 2):
        if number == 2:
            before = cpu(process)
        start = time.perf_counter()
        ended.clear()
        page.locator("[data-testid=stMain]").get_by_text(labels[number % 2], exact=True).first.click()
        while not ended:
            page.wait_for_timeout(2)
        page.evaluate(PAINTED)
        times.append(time.perf_counter() - start)
        page.wait_for_timeout(300)
    used = (cpu(process) - before) / changes
    page.close()
    return {"seconds": median(times[2:]), "cpu": used}


def switched(browser: Browser, address: str, process: int, titles: tuple[str, str]) -> dict[str, float]:
    """Two pages without charts, to and fro by the menu: seconds until the title of the other is painted and its run has ended."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    menu = page.locator("[data-testid=stSidebarNav]")
    menu.get_by_role("link", name=titles[1], exact=True).wait_for(timeout=60_000)
    page.locator(READY).wait_for(timeout=60_000)
    times, before, changes = [], 0.0, 10
    for number in range(changes + 2):
        if number == 2:
            before = cpu(process)
        title = titles[(number + 1) % 2]
        start = time.perf_counter()
        menu.get_by_role("link", name=title, exact=True).click()
        page.wait_for_function(ARRIVED, arg=title)
        page.evaluate(PAINTED)
        times.append(time.perf_counter() - start)
        page.wait_for_timeout(300)
    used = (cpu(process) - before) / changes
    page.close()
    return {"seconds": median(times[2:]), "cpu": used}


def _note_end(frame: str | bytes, ended: list[float]) -> None:
    """Note when Streamlit says that a run is over."""
    if isinstance(frame, bytes):
        message = ForwardMsg()
        message.ParseFromString(frame)
        if message.WhichOneof("type") == "script_finished":
            ended.append(time.perf_counter())


def typical(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(run[name] for run in runs) for name in runs[0]}


def main() -> None:
    asked = argparse.ArgumentParser(description="What a visit costs, as ratios.")
    asked.add_argument("--catalogue", default="var/catalogue")
    asked.add_argument("--rounds", type=int, default=5)
    options = asked.parse_args()
    chromium = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        scripts = {"empty.py": EMPTY, "one.py": ONE, "two.py": TWO}
        ports = [free_port() for _ in range(4)]
        commands = []
        for port, (name, script) in zip(ports, scripts.items(), strict=False):
            (Path(folder) / name).write_text(script)
            commands.append([sys.executable, "-m", "streamlit", "run", str(Path(folder) / name), "--server.headless=true",
                             "--browser.gatherUsageStats=false", f"--server.port={port}"])  # fmt: skip
        commands.append(
            [sys.executable, "-m", "etl", "serve", "--catalogue", options.catalogue, "--port", str(ports[3])]
        )
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        with ExitStack() as running:
            servers = [running.enter_context(served(*each)) for each in zip(commands, ports, strict=True)]
            report(browser, servers, options.rounds)
        browser.close()


def report(browser: Browser, servers: list[tuple[str, int]], rounds: int) -> None:
    empty, one, two, site = servers
    places = {
        "empty app": Place(*empty), "one chart": Place(*one, chart=True), "landing page": Place(*site),
        "page with charts": Place(f"{site[0]}/notice", site[1], chart=True),
    }  # fmt: skip
    first = [visit(browser, places[name])["ready"] for name in ("empty app", "landing page")]
    print(f"first visit ever × empty   {first[1] / first[0]:.2f}   ({first[1]:.2f} s)")
    print(f"memory after it × empty   {resident(site[1]) / resident(empty[1]):.2f}   ({resident(site[1]):.0f} MB)")
    for profile, phone, times in (("desktop", False, 4 * rounds), ("slow phone", True, max(1, rounds // 3))):
        found: dict[str, list[dict[str, float]]] = {name: [] for name in places}
        for _ in range(times + (not phone)):  # the first round warms the servers and is not counted
            for name, place in places.items():
                found[name].append(visit(browser, place, phone=phone))
        runs = {name: typical(all_runs[not phone :]) for name, all_runs in found.items()}
        floor = runs["empty app"]
        print(
            f"{profile}, cold (empty app: {floor['kb']:.0f} KB, text {floor['text']:.2f} s, ready {floor['ready']:.2f} s)"
        )
        for name, run in runs.items():
            ratios = "  ".join(
                f"{key} {run[key] / max(floor[key], 1e-9):5.2f}"
                for key in ("kb", "text", "title", "ready", "live", "cpu")
            )
            print(f"  {name:18} × empty   {ratios}")
    warm = [
        typical([visit(browser, places[name], warm=True) for _ in range(rounds)])["ready"]
        for name in ("one chart", "page with charts")
    ]  # fmt: skip
    print(f"warm, page with charts × one chart   ready {warm[1] / warm[0]:.2f}")
    floor = switched(browser, *two, ("One", "Two"))
    found_switch = switched(browser, *site, ("Overview", "Downloads"))
    print(f"page switch × empty   p50 {found_switch['seconds'] / floor['seconds']:.2f}   "
          f"server CPU {found_switch['cpu'] / max(floor['cpu'], 1e-9):.2f}")  # fmt: skip
    filters = ((*one, ("24", "12")), (f"{site[0]}/training", site[1], ("Last 12 months", "All months")))
    rounds_of = [[filtered(browser, *each) for each in filters] for _ in range(rounds)]
    base, ours = (typical([found[number] for found in rounds_of]) for number in range(2))
    print(f"filter change × one chart   p50 {ours['seconds'] / base['seconds']:.2f}   "
          f"server CPU {ours['cpu'] / max(base['cpu'], 1e-9):.2f}")  # fmt: skip
    print(f"memory at the end × empty   {resident(site[1]) / resident(empty[1]):.2f}   ({resident(site[1]):.0f} MB)")


if __name__ == "__main__":
    main()
