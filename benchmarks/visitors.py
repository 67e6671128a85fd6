"""What crowds cost the server, against a near-empty Streamlit app, in the same run.

Run as `python benchmarks/visitors.py [--catalogue var/catalogue] [--seconds 12]`. A visitor is a connection that speaks
Streamlit's own protocol over a websocket, so that no browser's work is measured: it asks for a page and waits until the
script has ended. Prints ratios: a page opened by eight at once, pages switched, and how many visitors who look at a page every
three seconds are answered within a second (95 of 100 times). Times depend on the machine, so nothing is asserted.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.dashboard import EMPTY, cpu, free_port, resident, served

PAGES = ("notice", "training", "requests", "complaints")
PAUSE, PATIENCE = 3.0, 1.0
Server = tuple[str, int]


class Visitor:
    """One reader's connection."""

    def __init__(self, address: str) -> None:
        self.address = address.replace("http", "ws", 1) + "/_stcore/stream"
        self.origin = address
        self.channel: ClientConnection | None = None

    async def __aenter__(self) -> "Visitor":
        self.channel = await connect(self.address, origin=self.origin, subprotocols=["streamlit"], max_size=None)  # type: ignore[arg-type,list-item]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.channel is not None
        await self.channel.close()

    async def look(self, page: str) -> float:
        """Ask for a page; seconds until its script has ended."""
        assert self.channel is not None
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = ""
        start = time.perf_counter()
        await self.channel.send(asked.SerializeToString())
        while True:
            told = ForwardMsg.FromString(await self.channel.recv(decode=False))
            if told.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


async def burst(server: Server, page: str, count: int = 8, rounds: int = 5) -> tuple[float, float]:
    """Several readers arrive at once: the 95th percentile of their seconds, and server CPU for each."""

    async def arrive() -> float:
        start = time.perf_counter()
        async with Visitor(server[0]) as reader:
            await reader.look(page)
            return time.perf_counter() - start

    times, before = [], cpu(server[1])
    for _ in range(rounds):
        times += await asyncio.gather(*(arrive() for _ in range(count)))
    return p95(times), (cpu(server[1]) - before) / (rounds * count)


async def switched(server: Server, pages: tuple[str, ...], changes: int = 40) -> tuple[float, float]:
    """One reader goes from page to page: the median of the seconds, and server CPU for each."""
    async with Visitor(server[0]) as reader:
        for page in pages:
            await reader.look(page)
        before = cpu(server[1])
        times = [await reader.look(pages[number % len(pages)]) for number in range(changes)]
        return median(times), (cpu(server[1]) - before) / changes


async def held(server: Server, pages: tuple[str, ...], count: int, seconds: float) -> float:
    """So many readers look at page after page with pauses: the 95th percentile of their seconds."""

    async def read(number: int) -> list[float]:
        await asyncio.sleep(PAUSE * number / count)
        times, end = [], time.perf_counter() + seconds
        async with Visitor(server[0]) as reader:
            while time.perf_counter() < end:
                times.append(await reader.look(pages[(number + len(times)) % len(pages)]))
                await asyncio.sleep(PAUSE)
        return times

    found = await asyncio.gather(*(read(number) for number in range(count)))
    return p95([one for times in found for one in times])


async def most_held(ask: Callable[[int], Awaitable[float]]) -> int:
    """The largest number of readers, doubled from ten, who are answered in time."""
    most, count = 0, 10
    while count <= 320 and await ask(count) < PATIENCE:
        most, count = count, count * 2
    return most


async def memory_of_session(server: Server, pages: tuple[str, ...], count: int = 20) -> float:
    """Megabytes for each reader who stays connected."""
    before = resident(server[1])
    readers = [await Visitor(server[0]).__aenter__() for _ in range(count)]
    for number, reader in enumerate(readers):
        await reader.look(pages[number % len(pages)])
    each = (resident(server[1]) - before) / count
    for reader in readers:
        await reader.__aexit__()
    return each


def line(what: str, ratio: float, goal: str, note: str) -> None:
    print(f"{what:34}{ratio:>7.2f} × empty   goal {goal:8} ({note})", flush=True)


async def report(empty: Server, site: Server, seconds: float) -> None:
    for server, page in ((empty, ""), (site, PAGES[0])):
        await switched(server, (page,), changes=3)
    for page in PAGES:
        await switched(site, (page,), changes=1)
    print(f"memory of a session {await memory_of_session(site, PAGES):.2f} MB   goal ≤ 1", flush=True)
    floor, ours = await burst(empty, ""), await burst(site, PAGES[0])
    line("eight at once, p95", ours[0] / floor[0], "≤ 0.5", f"{ours[0]:.3f} s against {floor[0]:.3f} s")
    line("eight at once, server CPU", ours[1] / floor[1], "≤ 0.6", f"{ours[1]:.3f} s against {floor[1]:.3f} s")
    floor, ours = await switched(empty, ("",)), await switched(site, PAGES)
    line(
        "page switch, p50", ours[0] / floor[0], "≤ 1.3", f"{ours[0]:.3f} s against {floor[0]:.3f} s, without a browser"
    )
    line("page switch, server CPU", ours[1] / floor[1], "≤ 0.75", f"{ours[1]:.3f} s against {floor[1]:.3f} s")
    least = await most_held(lambda count: held(empty, ("",), count, seconds))
    most = await most_held(lambda count: held(site, PAGES, count, seconds))
    line(
        "visitors answered within a second", most / max(least, 1), "≥ 2", f"{most} against {least}, every {PAUSE:.0f} s"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description="What crowds cost the server, as ratios.")
    asked.add_argument("--catalogue", default="var/catalogue")
    asked.add_argument("--seconds", type=float, default=12)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ports = [free_port() for _ in range(2)]
        script = Path(folder) / "empty.py"
        script.write_text(EMPTY)
        plain = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
                 "--browser.gatherUsageStats=false", f"--server.port={ports[0]}"]  # fmt: skip
        ours = [sys.executable, "-m", "etl", "serve", "--catalogue", options.catalogue, "--port", str(ports[1])]
        with served(plain, ports[0]) as empty, served(ours, ports[1]) as site:
            asyncio.run(report(empty, site, options.seconds))


if __name__ == "__main__":
    main()
