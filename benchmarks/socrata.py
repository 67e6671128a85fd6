"""How many requests a publication takes: per dataset that did not change, per one that did, and per new one.

Run as `make bench` or `python benchmarks/socrata.py`. Publishes the release of the bundled data (sample rows and all,
so privately) on the tests' portal, over real TLS, on this machine. Requests are counted; seconds depend on the machine.
"""

import os
import ssl
import subprocess
import sys
import threading
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import trustme

ROOT = Path(__file__).resolve().parents[1]
DAY = "2026-10-20"
MOST = {"new": None, "unchanged": 4, "changed": 10, "changed, staged": 10}


def fake_portal() -> Any:
    spec = spec_from_file_location("fake_portal", ROOT / "tests/socrata/portal.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def start(fake: Any, folder: Path) -> tuple[Any, dict[str, str]]:
    """A portal that listens, and the settings to publish on it."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(folder / "authority.pem")
    server = fake.Server(fake.Portal(), context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {"DOMAIN": f"127.0.0.1:{server.server_address[1]}", "KEY_ID": fake.KEY_ID, "KEY_SECRET": fake.KEY_SECRET}
    settings = {f"DAYLIGHT_SOCRATA_{name}": value for name, value in told.items()}
    return server.portal, {**os.environ, **settings, "REQUESTS_CA_BUNDLE": str(folder / "authority.pem")}


def run(arguments: list[object], folder: Path, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "etl", *(str(each) for each in arguments)]
    ran = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def disturb(portal: Any) -> None:
    """One row and the description of every dataset as they were in another month."""
    for one in portal.datasets.values():
        one.view["description"] = "Last month's words."
        if one.rows:
            row = one.rows[min(one.rows)]
            row["data_origin"] = "another"


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        portal, environment = start(fake_portal(), folder)
        build = ["build", "--submissions", ROOT / "data", "--out", folder / "out", "--on", DAY]
        release = folder / "out" / run(build, folder, environment)
        publish = ["publish", release, "--to", "socrata", "--yes", "--allow-sample"]
        for what, most in MOST.items():
            if what.startswith("changed"):
                disturb(portal)
            staged = {"DAYLIGHT_SOCRATA_STAGED": "1"} if what.endswith("staged") else {}
            portal.asked.clear()
            began = perf_counter()
            run(publish, folder, {**environment, **staged})
            seconds, tables = perf_counter() - began, len(portal.datasets)
            each = (len(portal.asked) - 1) / tables  # one to sign in
            writes = sum(one.is_write for one in portal.asked) / tables
            bound = f"at most {most}" if most else "no bound"
            print(f"{what:<16} {each:5.1f} requests per dataset ({bound}), {writes:.1f} of them writes; "
                  f"{tables} datasets in {seconds:.1f} s")  # fmt: skip


if __name__ == "__main__":
    main()
