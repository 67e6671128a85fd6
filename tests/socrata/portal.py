"""A Socrata portal of our own, for tests: stateful, over real TLS, with the ways and the faults of a real one.

It behaves as the vendor's documentation and open source say (numbers come back as text, empty cells are left out, dates
have a midnight, no order without `$order`, 1000 rows without `$limit`, each key of metadata replaced whole, drafts,
working copies, approvals, app tokens, reads that lag behind writes). `faults` says what goes wrong with which request.
"""

import base64
import itertools
import json
import os
import random
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY_ID, KEY_SECRET, TOKEN = "canary-key-id-4f2a", "canary-key-secret-9c1b", "canary-app-token-77d0"
OTHER_ID, OTHER_SECRET = "reader-key-id", "reader-key-secret"
ALL_RIGHTS = ["read", "write", "add", "delete", "grant", "update_column", "update_view", "delete_view"]
JSON = "application/json; charset=utf-8"


@dataclass
class Answer:
    """What is sent back."""

    status: int = 200
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = JSON
    raw: bytes | None = None

    @property
    def body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        return b"" if self.document is None else json.dumps(self.document).encode()


@dataclass
class Asked:
    """One request, as the portal got it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        method = self.query.get("method", "")
        return f"{self.method} {self.path}{f'?method={method}' if method else ''}"


class Wrong(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = Answer(status, {"code": code, "error": True, "message": message})


@dataclass
class Fault:
    """What goes wrong with the requests that match: before or after they were carried out.

    on: a pattern for "PUT /resource/…". skip: so many matching requests go well first; times: so many then do not.
    act: gets the handler and the honest answer, and answers in its own way.
    """

    on: str
    act: Callable[["Handler", Answer], None]
    applied: bool = False
    skip: int = 0
    times: int = 1


@dataclass
class Dataset:
    """One dataset, draft or working copy."""

    view: dict[str, Any]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    public: bool = False
    copy_of: str = ""
    old_rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    stale_reads: int = 0

    @property
    def stage(self) -> str:
        return self.view["publicationStage"]


class Portal:
    """The portal's content and rules. `handle` carries out one request."""

    def __init__(self) -> None:
        self.accounts = {KEY_ID: (KEY_SECRET, "Open data robot"), OTHER_ID: (OTHER_SECRET, "A reader")}
        self.expired: set[str] = set()
        self.tokens = {TOKEN}
        self.rights = {KEY_ID: list(ALL_RIGHTS), OTHER_ID: ["read"]}
        self.datasets: dict[str, Dataset] = {}
        self.categories = {"Public Safety"}
        self.needs_approval = False
        self.stale_reads = 0
        self.truthful_header = True
        self.index_lag = 0
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.seen_by_anybody: list[tuple[str, int]] = []
        self.lock = threading.RLock()
        self._ids = itertools.count(1)
        self._columns = itertools.count(1000)
        self._indexed_after: dict[str, int] = {}
        self._chance = random.Random(7)

    # --- what tests ask ---

    @property
    def writes(self) -> list[str]:
        return [str(one) for one in self.asked if one.is_write]

    def only(self) -> Dataset:
        """The one dataset there is."""
        (one,) = self.datasets.values()
        return one

    def table(self, dataset: str) -> list[dict[str, Any]]:
        """The rows as stored, by key."""
        return [self.datasets[dataset].rows[key] for key in sorted(self.datasets[dataset].rows)]

    # --- requests ---

    def fault_for(self, asked: Asked) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.on, str(asked)):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def handle(self, asked: Asked) -> Answer:
        try:
            who = self._who(asked)
            return self._route(asked, who)
        except Wrong as wrong:
            return wrong.answer

    def _who(self, asked: Asked) -> str:
        """The key id of the account; empty for anybody."""
        token = asked.headers.get("x-app-token")
        if token is not None and token not in self.tokens:
            raise Wrong(403, "permission_denied", f"Invalid app_token specified: {token}")
        told = asked.headers.get("authorization", "")
        if not told:
            return ""
        name, _, secret = base64.b64decode(told.removeprefix("Basic ")).decode().partition(":")
        if self.accounts.get(name, ("",))[0] != secret or name in self.expired:
            raise Wrong(401, "authentication_required", "Invalid username or password specified")
        return name

    def _route(self, asked: Asked, who: str) -> Answer:
        path, method = asked.path, asked.method
        if path == "/api/users/current.json":
            return self._current(who)
        if path == "/api/catalog/v1":
            return self._catalogue(asked, who)
        if path == "/api/views.json" and method == "POST":
            return self._create(asked, who)
        if match := re.fullmatch(r"/api/views/([a-z0-9-]{9})\.json", path):
            return self._views(asked, who, match[1])
        if match := re.fullmatch(r"/api/views/([a-z0-9-]{9})/publication\.json", path):
            return self._publication(asked, who, match[1])
        if match := re.fullmatch(r"/resource/([a-z0-9-]{9})\.json", path):
            return self._resource(asked, who, match[1])
        raise Wrong(404, "not_found", "no such page")

    def _current(self, who: str) -> Answer:
        if not who:
            raise Wrong(403, "authentication_required", "You must be logged in to access this resource")
        return Answer(document={"id": "robo-0001", "displayName": self.accounts[who][1]})

    def _catalogue(self, asked: Asked, who: str) -> Answer:
        found = []
        for name, one in self.datasets.items():
            waits = self._indexed_after.get(name, 0)
            if waits:
                self._indexed_after[name] = waits - 1
            elif asked.query.get("tags") in one.view["tags"] and (who or one.public) and not one.copy_of:
                found.append({"resource": {"id": name, "name": one.view["name"]}})
        return Answer(document={"results": found, "resultSetSize": len(found)})

    def _get(self, name: str, who: str, right: str = "read") -> Dataset:
        one = self.datasets.get(name)
        if one is None:
            raise Wrong(404, "dataset.missing", f"Cannot find view with id {name}")
        if not who and not (one.public and right == "read"):
            raise Wrong(403, "permission_denied", "You must be logged in to access this resource")
        if who and right not in self.rights[who]:
            raise Wrong(403, "permission_denied", "You do not have appropriate access to upsert into this view ID")
        return one

    def _document(self, one: Dataset, who: str) -> dict[str, Any]:
        grants = [{"type": "viewer", "flags": ["public"], "inherited": False}] if one.public else []
        return {**deepcopy(one.view), "rights": self.rights.get(who, ["read"]), "grants": grants,
                **({"publishedViewUid": one.copy_of} if one.copy_of else {})}  # fmt: skip

    def _new_id(self) -> str:
        number = next(self._ids)
        return f"{number:04x}-{(number * 7919) % 65536:04x}"

    def _column(self, told: dict[str, Any], position: int) -> dict[str, Any]:
        return {
            "id": next(self._columns),
            "position": position,
            "renderTypeName": told["dataTypeName"],
            "format": {},
            **told,
        }

    def _create(self, asked: Asked, who: str) -> Answer:
        told = json.loads(asked.body)
        if "add" not in self.rights.get(who, ()):
            raise Wrong(403, "permission_denied", "You do not have permission to create datasets")
        return Answer(document=self._document(self.datasets[self.add(told)], who))

    def add(self, told: dict[str, Any], *, stage: str = "unpublished") -> str:
        """Make a dataset; its id."""
        name = self._new_id()
        columns = [self._column(column, place) for place, column in enumerate(told.get("columns", ()), start=1)]
        identifier = told.get("metadata", {}).get("rowIdentifier")
        number = next((column["id"] for column in columns if column["fieldName"] == identifier), None)
        view = {
            "viewType": "tabular", "displayType": "table", "newBackend": True,
            "tags": [], "metadata": {}, "approvals": [], **self._clean(told), "columns": columns,
            "publicationStage": stage, "id": name,
        }  # fmt: skip
        view["metadata"].pop("rowIdentifier", None)
        if number is not None:
            view["rowIdentifierColumnId"] = number
        self.datasets[name] = Dataset(view)
        self._indexed_after[name] = self.index_lag
        return name

    def _clean(self, told: dict[str, Any]) -> dict[str, Any]:
        if told.get("category") and told["category"] not in self.categories:
            raise Wrong(400, "invalid_request", "Category does not exist")
        clean = {key: value.strip() if isinstance(value, str) else deepcopy(value) for key, value in told.items()}
        if "tags" in clean:
            clean["tags"] = [tag.lower() for tag in clean["tags"]]
        return clean

    def _views(self, asked: Asked, who: str, name: str) -> Answer:
        if asked.method == "GET" and asked.query.get("method") == "getPublicationGroup":
            self._get(name, who)
            copies = [self._document(one, who) for one in self.datasets.values() if one.copy_of == name]
            return Answer(document=copies)
        if asked.method == "GET":
            return Answer(document=self._document(self._get(name, who), who))
        if asked.method != "PUT":
            raise Wrong(405, "method_not_allowed", "not allowed")
        if asked.query.get("method") == "setPermission":
            return self._set_permission(asked, who, name)
        one = self._get(name, who, "update_view")
        told = self._clean(json.loads(asked.body))
        if "columns" in told:
            self._check_columns(one, told["columns"])
        one.view.update(told)
        return Answer(document=self._document(one, who))

    def _check_columns(self, one: Dataset, told: list[dict[str, Any]]) -> None:
        fixed = [{key: c.get(key) for key in ("id", "fieldName", "dataTypeName", "position")} for c in told]
        there = [
            {key: c.get(key) for key in ("id", "fieldName", "dataTypeName", "position")} for c in one.view["columns"]
        ]
        if fixed != there:
            raise Wrong(409, "soda.dataset.incorrect-lifecycle-stage", "Columns change only on an unpublished copy")

    def _set_permission(self, asked: Asked, who: str, name: str) -> Answer:
        one = self._get(name, who, "grant")
        public = asked.query["value"] == "public.read"
        if public and self.needs_approval and not one.public:
            one.view["approvals"] = [{"state": "pending", "submissionId": 1}]
        else:
            one.public = public
        return Answer()

    def _publication(self, asked: Asked, who: str, name: str) -> Answer:
        one = self._get(name, who, "update_view")
        if asked.query.get("method") == "copy":
            if one.stage != "published" or any(other.copy_of == name for other in self.datasets.values()):
                raise Wrong(409, "soda.dataset.incorrect-lifecycle-stage", "There is a working copy already")
            copy = self.add({**one.view, "columns": [self._fresh(c) for c in one.view["columns"]]})
            made = self.datasets[copy]
            identifier = next(c for c in one.view["columns"] if c["id"] == one.view["rowIdentifierColumnId"])[
                "fieldName"
            ]
            made.view["rowIdentifierColumnId"] = next(
                c["id"] for c in made.view["columns"] if c["fieldName"] == identifier
            )
            made.copy_of, made.rows = name, deepcopy(one.rows)
            return Answer(document=self._document(made, who))
        if one.stage != "unpublished":
            raise Wrong(409, "soda.dataset.incorrect-lifecycle-stage", "It is published already")
        if one.copy_of:
            return self._swap(one, name, who)
        one.view["publicationStage"] = "published"
        return Answer(document=self._document(one, who))

    def _fresh(self, column: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in column.items() if key != "id"}

    def _swap(self, copy: Dataset, name: str, who: str) -> Answer:
        original = self.datasets[copy.copy_of]
        self._age(original)
        original.rows = copy.rows
        for key in ("columns", "rowIdentifierColumnId"):
            original.view[key] = copy.view[key]
        del self.datasets[name]
        return Answer(document=self._document(original, who))

    # --- rows ---

    def _age(self, one: Dataset) -> None:
        one.old_rows, one.stale_reads = dict(one.rows), self.stale_reads

    def _resource(self, asked: Asked, who: str, name: str) -> Answer:
        if asked.method == "GET":
            return self._select(asked, self._get(name, who), anybody=not who, name=name)
        one = self._get(name, who, "write")
        rows = self._parsed(asked, one)
        if asked.method == "DELETE":
            raise Wrong(500, "deleted", "a publisher never deletes")
        before = {} if asked.method == "PUT" else dict(one.rows)
        after = {**before, **rows}
        self._age(one)
        one.rows = after
        return Answer(document={"Errors": 0, "Rows Created": len(rows), "Rows Updated": 0, "Rows Deleted": 0})

    def _parsed(self, asked: Asked, one: Dataset) -> dict[str, dict[str, Any]]:
        def constant(name: str) -> None:
            raise Wrong(400, "invalid_request", f'Unknown identifier "{name}"')

        try:
            told = json.loads(asked.body, parse_constant=constant)
        except ValueError:
            raise Wrong(400, "req.body.malformed-json", "malformed") from None
        kinds = {column["fieldName"]: column["dataTypeName"] for column in one.view["columns"]}
        identifier = next(c for c in one.view["columns"] if c["id"] == one.view["rowIdentifierColumnId"])["fieldName"]
        rows = {}
        for row in told:
            if unknown := row.keys() - kinds.keys():
                raise Wrong(400, "invalid_request", f"Illegal field name sent: {min(unknown)}")
            cells = {name: self._cell(value, kinds[name]) for name, value in row.items()}
            if not cells.get(identifier):
                raise Wrong(400, "soda.row.no-id", "a row has no identifier")
            rows[cells[identifier]] = {name: value for name, value in cells.items() if value is not None}
        return rows

    def _cell(self, value: Any, kind: str) -> Any:
        wrong = Wrong(400, "soda.column.maltyped", f"a {kind} was expected")
        if value is None:
            return None
        if kind == "number":
            try:
                return Decimal(str(value)) if not isinstance(value, bool) else 1 / 0
            except (InvalidOperation, ZeroDivisionError):
                raise wrong from None
        if not isinstance(value, str):
            raise wrong
        if kind == "calendar_date":
            if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,3})?)?", value):
                raise wrong
            return value if "T" in value else f"{value}T00:00:00.000"
        return value.replace("\0", "")

    def _select(self, asked: Asked, one: Dataset, *, anybody: bool, name: str) -> Answer:
        stale = one.stale_reads > 0
        one.stale_reads -= stale
        rows = list((one.old_rows if stale else one.rows).values())
        headers = {
            "X-SODA2-Data-Out-Of-Date": str(stale and self.truthful_header).lower(),
            "X-Socrata-RequestId": "req-1",
        }
        if asked.query.get("$select") == "count(*)":
            return Answer(document=[{"count": str(len(rows))}], headers=headers)
        if order := asked.query.get("$order"):
            rows.sort(key=lambda row: str(row.get(order, "")))
        else:
            self._chance.shuffle(rows)
        offset, limit = int(asked.query.get("$offset", 0)), int(asked.query.get("$limit", 1000))
        rows = rows[offset : offset + limit]
        if anybody:
            self.seen_by_anybody.append((name, len(rows)))
        shown = [{n: format(v, "f") if isinstance(v, Decimal) else v for n, v in row.items()} for row in rows]
        return Answer(document=shown, headers=headers)


class Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the portal answer, and lets faults happen."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: "Server"

    def _one(self) -> None:
        split = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        asked = Asked(self.command, split.path, dict(parse_qsl(split.query)), headers, body)
        portal = self.server.portal
        with portal.lock:
            portal.asked.append(asked)
            fault = portal.fault_for(asked)
            answer = portal.handle(asked) if fault is None or fault.applied else Answer()
        if fault is None:
            self.reply(answer)
        else:
            fault.act(self, answer)

    do_GET = do_PUT = do_POST = do_DELETE = _one  # noqa: N815 - the names the server calls

    def reply(self, answer: Answer, *, length: int | None = None) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.body:
            self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body) if length is None else length))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    def reset(self) -> None:
        """Break the connection off so that the other side sees a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Serves one portal over TLS on a free port of this machine."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, portal: Portal, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.portal = portal
        self.context = context

    def get_request(self) -> tuple[Any, Any]:
        plain, address = super().get_request()
        return self.context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what many tests are about."""

    def shutdown_request(self, request: Any) -> None:
        try:
            super().shutdown_request(request)
        except OSError:
            return


# --- ways to go wrong -------------------------------------------------------------------------------------------------

HTML = b"<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"


def status(code: int, document: Any = None, *, html: bool = False, **headers: str) -> Callable[[Handler, Answer], None]:
    """An error with a body of JSON or of HTML."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    body = Answer(code, document or {"code": "error", "error": True, "message": "Oops"}, told)
    if html:
        body = Answer(code, None, told, "text/html", HTML)
    return lambda handler, _: handler.reply(body)


def says(document: Any, code: int = 200) -> Callable[[Handler, Answer], None]:
    """Another answer than the honest one."""
    return lambda handler, _: handler.reply(Answer(code, document))


def reset(handler: Handler, _: Answer) -> None:
    """The connection is reset."""
    handler.reset()


def silence(handler: Handler, _: Answer) -> None:
    """Nothing is ever answered."""
    time.sleep(1.2)
    handler.reset()


def trickle(handler: Handler, answer: Answer) -> None:
    """The answer comes a byte at a time, each in good time, the whole never."""
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    try:
        for _ in range(60):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        pass
    handler.close_connection = True


def broken_json(handler: Handler, answer: Answer) -> None:
    """The text ends in the middle, and the length says that this is all."""
    handler.reply(Answer(200, raw=(answer.body or b'{"a": 1}')[:-2] + b","))


def cut_off(handler: Handler, answer: Answer) -> None:
    """The connection ends before the answer does."""
    handler.reply(Answer(200, raw=(answer.body or b'{"a": 1}')[:-3]), length=len(answer.body) + 10)
    handler.reset()
