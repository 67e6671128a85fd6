"""One request and its answer with a portal: within one deadline, over verified TLS, never sent elsewhere.

`requests` and sodapy bound each read, not the whole: an answer that trickles would hold a run for ever. The socket made
here has one deadline for everything that is sent and received.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

_CONNECT_SECONDS = 10.0
_PATIENT_STATUSES = (408, 425, 500, 502, 503, 504)
_LOCKED = "cannot-acquire-write-lock"


class Trouble(Exception):
    """The portal could not be asked, or its answer says nothing: what was asked may or may not have happened.

    retry_after: seconds the portal asks to wait. certainly_not: whether it is known that nothing was done.
    """

    def __init__(self, what: str, *, retry_after: float = 0.0, certainly_not: bool = False) -> None:
        super().__init__(what)
        self.retry_after = retry_after
        self.certainly_not = certainly_not


class Refusal(Exception):
    """The portal said no, and would say so again. status: of HTTP; 0 where the connection itself was refused."""

    def __init__(self, what: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(what)
        self.status = status
        self.code = code


@dataclass
class _Limit:
    """Until when the exchange under way must have ended, in seconds of the monotonic clock."""

    until: float = 0.0

    def left(self) -> float:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the whole exchange took too long")
        return left


def _socket_class(limit: _Limit) -> type[ssl.SSLSocket]:
    class TimedSocket(ssl.SSLSocket):
        """Waits for each piece only as long as the whole exchange has left."""

        def recv_into(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as the socket's
            self.settimeout(limit.left())
            return super().recv_into(*args, **kwargs)

        def send(self, *args: Any, **kwargs: Any) -> int:  # noqa: ANN401 - as the socket's
            self.settimeout(limit.left())
            return super().send(*args, **kwargs)

    return TimedSocket


class OneExchange(HTTPAdapter):
    """What a session sends through: each exchange ends within `seconds`, its body read to the end."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._limit = _Limit()
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as requests calls it
        """Make the pool of connections with sockets that know the deadline."""
        context = create_urllib3_context()
        context.sslsocket_class = _socket_class(self._limit)
        super().init_poolmanager(*args, **kwargs, ssl_context=context)

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as requests'
        """Send, and read the whole answer before the deadline."""
        self._limit.until = time.monotonic() + self._seconds
        kwargs["timeout"] = (min(_CONNECT_SECONDS, self._seconds), self._seconds)
        response = super().send(request, *args, **kwargs)
        _ = response.content
        return response


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """What Retry-After asks for, in seconds; 0 where it says nothing that can be understood."""
    told = headers.get("Retry-After", "").strip()
    if told.isdecimal():
        return float(told)
    try:
        then, now = parsedate_to_datetime(told), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _words(response: Response) -> tuple[str, str]:
    """The code and the message of an error's body; a page of HTML has neither."""
    try:
        told = response.json()
    except ValueError:
        return "", ""
    if not isinstance(told, dict):
        return "", ""
    return str(told.get("code") or told.get("errorCode") or ""), str(told.get("message") or "")[:300]


def judge(response: Response, *_: object, **__: object) -> None:
    """Judge every answer before sodapy or requests do: Trouble, Refusal, or fit to be read.

    A session's response hook. Without it a redirect would turn a PUT into a GET, a 202 would pass for done, and a
    sign-in page for an answer.
    """
    status = response.status_code
    code, message = _words(response) if status >= 400 else ("", "")
    asked = response.headers.get("X-Socrata-RequestId", "")
    said = f"{status}{f' {code}' if code else ''}{f': {message}' if message else ''}"
    said += f" (request {asked})" if asked else ""
    wait = seconds_to_wait(response.headers)
    if status == 429:
        raise Trouble(f"the portal is throttling ({said})", retry_after=wait, certainly_not=True)
    if status in _PATIENT_STATUSES or _LOCKED in code:
        raise Trouble(f"the portal answered {said}", retry_after=wait, certainly_not=_LOCKED in code)
    if status >= 400:
        raise Refusal(f"the portal answered {said}", status=status, code=code)
    if status >= 300:
        raise Trouble(f"the portal sent the request elsewhere ({said}), which is not followed")
    if status == 202:
        raise Trouble(f"the portal took the request to do it later ({said})", retry_after=wait)
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.content and kind != "application/json":
        raise Trouble(f"the portal answered with “{kind}”, not with JSON")
