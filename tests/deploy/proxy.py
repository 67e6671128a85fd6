"""nginx as it is delivered, in front of two real replicas, and a visitor who comes back when the channel breaks."""

import asyncio
import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import trustme
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

CONF = Path(__file__).parents[2] / "deploy/nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
HOST = "daylight.example.org"


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


def put_in(text, places):
    """The configuration with other places; each must have been there."""
    for old, new in places.items():
        assert old in text, old
        text = text.replace(old, str(new))
    return text


@dataclass
class Service:
    """nginx and its replicas."""

    home: Path
    catalogue: Path
    authority: str
    port: int
    plain: int
    replicas: dict[int, subprocess.Popen] = field(default_factory=dict)

    @property
    def context(self):
        """What trusts the authority that the certificate is of."""
        return ssl.create_default_context(cadata=self.authority)

    def connect(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30, context=self.context)
        connection._http_vsn_str = "HTTP/1.1"
        return connection

    def ask(self, path, method="GET", **headers):
        connection = self.connect()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": f"{HOST}:{self.port}", **named})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers, body

    def start(self, port):
        command = [sys.executable, "-m", "etl", "serve", "--catalogue", str(self.catalogue), "--port", str(port)]
        environment = {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
        }
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        assert "ready" in run.stdout.readline()
        self.replicas[port] = run

    def visitors(self, port):
        """How many pages are open at a replica, as its own metrics say."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics")
        told = connection.getresponse().read().decode()
        connection.close()
        return float(re.search(r"^daylight_visitors (\S+)$", told, re.MULTILINE).group(1))


def configuration(home, catalogue, ports, replicas):
    """Write the delivered configuration with these places, and the main file around it: its path, and the authority of TLS."""
    authority = trustme.CA()
    tls = home / "tls"
    tls.mkdir()
    issued = authority.issue_cert("127.0.0.1", HOST)
    issued.private_key_pem.write_to_path(tls / "privkey.pem")
    for number, pem in enumerate(issued.cert_chain_pems):
        pem.write_to_path(tls / "fullchain.pem", append=number > 0)
    upstream = put_in(
        (CONF / "upstream.conf").read_text(), {":8501 ": f":{replicas[0]} ", ":8502 ": f":{replicas[1]} "}
    )
    (home / "upstream.conf").write_text(upstream)
    text = (CONF / "daylight.conf").read_text()
    text = re.sub(r" *listen \[::\].*\n", "", text)
    text = put_in(text, {
        "/etc/nginx/daylight/upstream.conf": home / "upstream.conf", "/etc/nginx/daylight/tls": tls,
        "/srv/daylight/catalogue/": f"{catalogue}/", "/var/cache/nginx/daylight": home / "cache",
        "/var/log/nginx": home, "listen 80;": f"listen 127.0.0.1:{ports[0]};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{ports[1]} ssl http2;",
    })  # fmt: skip
    (home / "daylight.conf").write_text(text)
    temporary = "".join(
        f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (home / "main.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''} worker_processes 2; daemon off; pid {home}/pid;\n"
        f"events {{ worker_connections 2048; }}\nhttp {{ {temporary} include {home}/daylight.conf; }}\n"
    )
    return home / "main.conf", authority.cert_pem.bytes().decode()


@contextmanager
def behind_nginx(home, catalogue):
    """The service over a catalogue, with its files in `home`; at the end nothing of it runs."""
    ports, replicas = (free_port(), free_port()), (free_port(), free_port())
    main, authority = configuration(home, catalogue, ports, replicas)
    tested = subprocess.run(
        [NGINX, "-t", "-c", str(main), "-e", str(home / "start")], capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    running = Service(home, catalogue, authority, ports[1], ports[0])
    with subprocess.Popen([NGINX, "-c", str(main), "-e", str(home / "start")]) as nginx:
        try:
            for _ in range(100):
                with suppress(OSError):
                    socket.create_connection(("127.0.0.1", ports[1]), 1).close()
                    break
                time.sleep(0.05)
            for port in replicas:
                running.start(port)
            yield running
        finally:
            nginx.send_signal(signal.SIGQUIT)
            for run in running.replicas.values():
                run.kill()
                run.wait()
                run.stdout.close()
            nginx.wait(20)


def opened(service, agent):
    """The page's own channel, through the proxy."""
    return websockets.connect(
        f"wss://{HOST}:{service.port}/_stcore/stream", host="127.0.0.1", port=service.port, ssl=service.context,
        subprotocols=["streamlit"], origin=f"https://{HOST}:{service.port}", user_agent_header=agent,
        max_size=None, open_timeout=30,
    )  # fmt: skip


BROKEN = (websockets.ConnectionClosed, websockets.InvalidHandshake, OSError)


async def visit(service, agent, query, until, log):
    """One visitor: opens a page through the proxy, keeps it open, comes back when the channel breaks."""
    headline = None
    while not until.is_set():
        try:
            async with opened(service, agent) as channel:
                shown = await view(channel, query)
                log.append(("seen" if headline in (None, shown) else "another view", agent))
                headline = shown
                while not until.is_set():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(channel.recv(), 0.2)
        except BROKEN:
            log.append(("broken", agent))
            await asyncio.sleep(0.1)


async def view(channel, query):
    """Ask for a page as the browser does; the texts of it."""
    asked = BackMsg()
    asked.rerun_script.query_string = query
    asked.rerun_script.page_name = "notice"
    await channel.send(asked.SerializeToString())
    texts = []
    while True:
        told = ForwardMsg()
        told.ParseFromString(await asyncio.wait_for(channel.recv(), 60))
        if told.WhichOneof("type") == "delta":
            element = told.delta.new_element
            texts += [element.heading.body, element.markdown.body, element.html.body]
        if told.WhichOneof("type") == "script_finished":
            return tuple(text for text in texts if text)
