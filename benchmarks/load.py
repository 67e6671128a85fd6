"""A busy day: readers of files and visitors of the dashboard behind nginx as it is delivered, while a replica is killed.

Run as `python -m benchmarks.load [--catalogue var/catalogue] [--seconds 30]`. 1,000 questions a second for files of the
catalogue and plain pages, over TLS, each compared with the file; 40 visitors who look at a page every three seconds; in
the middle one of two replicas is killed and stays dead. Readers, visitors, nginx and replicas share this machine.
Nothing is asserted: goal and measurement stand side by side. Needs nginx.
"""

import argparse
import asyncio
import gzip
import http.client
import multiprocessing
import ssl
import sys
import time
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

from benchmarks.validation import line
from tests.deploy.proxy import BROKEN, HOST, NGINX, Service, behind_nginx, opened, view

FILES = {
    "/catalogue/latest/tables/indicators.csv": "latest/tables/indicators.csv",
    "/catalogue/": "index.html",
    "/catalogue/latest/site/en/index.html": "latest/site/en/index.html",
    "/catalogue/latest/site/es/notice.html": "latest/site/es/notice.html",
    "/catalogue/catalogue.json": "catalogue.json",
}
QUERIES = ("", "agency=DAJD", "period=2026-08", "lang=es", "lang=ru")
READERS, A_SECOND, VISITORS, PAUSE = 2, 1020, 40, 3.0
Told = tuple[float, list[float], list[str]]
Happened = tuple[float, int, str, float]
"""When, to which visitor, what, and how many seconds it took."""


def read_files(port: int, authority: str, files: dict[str, bytes], seconds: float) -> Told:
    """Ask for files at an even pace: the seconds of it all and of each, and what was wrong."""
    context = ssl.create_default_context(cadata=authority)
    times, wrong = [], list[str]()
    every, start = READERS / A_SECOND, time.perf_counter()
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    for number, (path, content) in enumerate(cycle(files.items())):
        due = start + number * every
        if due - start > seconds:
            break
        time.sleep(max(0.0, due - time.perf_counter()))
        asked = time.perf_counter()
        try:
            connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or len(body) < 20:
                wrong.append(str(answer.status))
            elif number < len(files) or number % 500 < len(files):  # to unpack each would measure this process
                body = gzip.decompress(body) if answer.headers["Content-Encoding"] == "gzip" else body
                wrong += [] if body == content else ["another content"]
        except (OSError, http.client.HTTPException) as fault:
            wrong.append(type(fault).__name__)
            connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
        times.append(time.perf_counter() - asked)
    return time.perf_counter() - start, times, wrong


async def visitor(service: Service, number: int, until: float, log: list[Happened]) -> None:
    """Look at a page again and again; come back when the channel breaks."""
    agent, query, known = f"visitor {number}", QUERIES[number % len(QUERIES)], None
    await asyncio.sleep(PAUSE * number / VISITORS)
    while time.perf_counter() < until:
        try:
            start = time.perf_counter()
            async with opened(service, agent) as channel:
                while time.perf_counter() < until:
                    shown = await view(channel, query)
                    seen = "seen" if known in (None, shown) else "another view"
                    known = shown
                    log.append((time.perf_counter(), number, seen, time.perf_counter() - start))
                    await asyncio.sleep(PAUSE)
                    start = time.perf_counter()
        except BROKEN:
            log.append((time.perf_counter(), number, "broken", 0.0))
            await asyncio.sleep(0.1)


async def crowd(service: Service, seconds: float) -> tuple[list[Happened], float, int]:
    """All visitors, and the death of the replica that most of them are at: what happened, when, and how many it hit."""
    log = list[Happened]()
    until = time.perf_counter() + seconds
    tasks = [asyncio.create_task(visitor(service, number, until, log)) for number in range(VISITORS)]
    await asyncio.sleep(seconds / 2)
    loaded = max(service.replicas, key=service.visitors)
    lost, killed = int(service.visitors(loaded)), time.perf_counter()
    service.replicas[loaded].kill()
    await asyncio.gather(*tasks)
    return log, killed, lost


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 1 else float("inf")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--catalogue", type=Path, default=Path("var/catalogue"))
    options.add_argument("--seconds", type=float, default=30)
    told = options.parse_args()
    if not NGINX:
        sys.exit("nginx (Debian: nginx-light) is not installed.")
    catalogue = told.catalogue.resolve()
    with TemporaryDirectory() as folder, behind_nginx(Path(folder), catalogue) as service:
        files = {path: (catalogue / name).read_bytes() for path, name in FILES.items()}
        with multiprocessing.get_context("spawn").Pool(READERS) as readers:
            given = (service.port, service.authority, files, told.seconds)
            reading = readers.starmap_async(read_files, [given] * READERS)
            log, killed, lost = asyncio.run(crowd(service, told.seconds))
            answers = reading.get(told.seconds + 60)
    times = [one for _, some, _ in answers for one in some]
    each = max(took for took, _, _ in answers) / len(times)
    wrong = [one for _, _, some in answers for one in some]
    line("files: a thousand answered within", each * 1000, 1.0, f"{len(times):,} questions", unit="s")
    line("files: wrong answers", len(wrong), 0, ", ".join(sorted(set(wrong))) or "none", unit="")
    line("files: 95 of 100 answered within", p95(times) * 1000, 1000, "no goal is set; a second is patience", unit="ms")
    others = sum(what == "another view" for _, _, what, _ in log)
    line("visitors: another view than before", others, 0, f"{VISITORS} visitors", unit="")
    broken = {who: when for when, who, what, _ in log if what == "broken"}
    back = {who for when, who, what, _ in log if what == "seen" and when > broken.get(who, when)}
    line("visitors who did not come back", len(broken.keys() - back), 0, f"{lost} were at the dead replica", unit="")
    for what, first, last in (("two replicas", 0.0, killed), ("one replica", killed + 5, float("inf"))):
        took = [seconds for when, _, seen, seconds in log if seen == "seen" and first < when < last]
        line(f"visitors: 95 of 100 within, {what}", p95(took) * 1000, 1000, f"{len(took)} pages", unit="ms")


if __name__ == "__main__":
    main()
