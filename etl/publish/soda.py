"""A Socrata portal as the few calls that publishing needs: the one module that knows sodapy.

Every call ends in an answer, in Trouble (ask again, or look what happened) or in Refusal. Nothing here repeats a call,
and nothing can delete a dataset or a row. Facts about sodapy 2.2.0 and the portals: docs/decisions/0019.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from sodapy import Socrata

from etl.errors import SettingsError
from etl.publish.exchange import OneExchange, Refusal, Trouble, judge
from etl.publish.portal_settings import PortalSettings

Rows = list[dict[str, Any]]
View = dict[str, Any]

_MOST_FOUND = 100
_OUT_OF_DATE = "X-SODA2-Data-Out-Of-Date"


@dataclass(frozen=True)
class Read:
    """The rows of a table, and whether the portal says that newer ones are on their way to its readers."""

    rows: Rows
    out_of_date: bool


class Scrubber:
    """Takes the secrets out of any text before a person sees it."""

    def __init__(self, settings: PortalSettings) -> None:
        pair = f"{settings.key_id.get_secret_value()}:{settings.key_secret.get_secret_value()}"
        encoded = base64.b64encode(pair.encode()).decode()
        self._secrets = sorted((*settings.secrets(), pair, encoded), key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text with every secret replaced."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return text

    def __repr__(self) -> str:
        return "Scrubber()"


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No account, and none from ~/.netrc either."""
    return request


def _client(settings: PortalSettings, *, account: bool) -> Socrata:
    """A sodapy client on our transport. Without a token sodapy would write to the log: it gets one that is not sent."""
    token = settings.app_token.get_secret_value() if account and settings.app_token else ""
    named = (settings.key_id.get_secret_value(), settings.key_secret.get_secret_value()) if account else (None, None)
    client = Socrata(
        settings.domain, token or "none", username=named[0], password=named[1], timeout=settings.timeout,
        session_adapter={"prefix": "https://", "adapter": OneExchange(settings.timeout)},
    )  # fmt: skip
    client.session.hooks["response"].append(judge)
    if not token:
        del client.session.headers["X-App-token"]
    if not account:
        client.session.auth = _anonymous
    return client


class Soda:
    """The portal as the account of the settings sees it, and as anybody sees it."""

    def __init__(self, settings: PortalSettings) -> None:
        self.domain = settings.domain
        self.scrub = Scrubber(settings)
        self.requests = 0
        self._timeout = settings.timeout
        self._headers: Mapping[str, str] = {}
        self._client = _client(settings, account=True)
        self._anybody = _client(settings, account=False)
        for client in (self._client, self._anybody):
            client.session.hooks["response"].insert(0, self._remember)

    def __repr__(self) -> str:
        return f"Soda({self.domain!r})"

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._anybody.close()

    def _remember(self, response: requests.Response, *_: object, **__: object) -> None:
        self._headers = response.headers

    def _ask(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
        """Make one call; whatever goes wrong on the way becomes Trouble or Refusal, without a secret in its words."""
        self.requests += 1
        try:
            return call()
        except (Trouble, Refusal) as fault:
            fault.args = (self.scrub(str(fault)),)
            raise
        except requests.exceptions.SSLError as fault:
            if "CERTIFICATE_VERIFY_FAILED" in str(fault):
                raise Refusal(f"the certificate of {self.domain} is not valid", code="certificate") from None
            raise Trouble("the secure connection broke off") from None
        except requests.exceptions.ProxyError:
            raise Trouble("the proxy did not let the request through") from None
        except requests.exceptions.Timeout:
            raise Trouble("the portal did not answer in time") from None
        except requests.exceptions.JSONDecodeError:
            raise Trouble("the answer broke off or was not JSON") from None
        except requests.exceptions.RequestException:
            raise Trouble(f"the connection to {self.domain} could not be made or broke off") from None
        except TimeoutError:
            raise Trouble("the portal did not answer in time") from None
        except OSError as fault:  # requests' words for a bundle that is not there
            raise SettingsError(f"TLS certificates: {self.scrub(str(fault))} (REQUESTS_CA_BUNDLE).") from None

    def _send(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
        """A call that sodapy does not have, through its session."""
        body = None if document is None else json.dumps(document, allow_nan=False)
        address = f"https://{self.domain}{path}"
        return self._ask(lambda: self._client.session.request(method, address, data=body, timeout=self._timeout).json())

    def account(self) -> str:
        """The name of the account that the key belongs to."""
        told = self._send("GET", "/api/users/current.json")
        return str(told.get("displayName") or told.get("id") or "unknown") if isinstance(told, dict) else "unknown"

    def view(self, dataset: str) -> View:
        """Everything the portal says of a dataset but its rows."""
        return _an_object(self._ask(lambda: self._client.get_metadata(dataset)))

    def tagged(self, tag: str) -> list[str]:
        """The ids of the datasets that carry a tag, as the portal's index knows them: it may lag behind."""
        try:  # a limit, because without one sodapy would ask for ever where the index is of two minds
            found = self._ask(lambda: self._client.datasets(limit=_MOST_FOUND, tags=[tag], only=["dataset"]))
            return sorted({str(one["resource"]["id"]) for one in found})
        except (LookupError, TypeError):
            raise Trouble("the answer was not a list of datasets") from None

    def rows(self, dataset: str, *, key: str, limit: int, account: bool = True) -> Read:
        """The rows in one ordered request: a table read in pages could be replaced between two of them."""
        client = self._client if account else self._anybody
        rows = self._ask(lambda: client.get(dataset, order=key, limit=limit))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Trouble("the answer was not a list of rows")
        return Read(rows, self._headers.get(_OUT_OF_DATE, "").lower() == "true")

    def count(self, dataset: str) -> int:
        """How many rows a table has."""
        told = self._ask(lambda: self._client.get(dataset, select="count(*)"))
        try:
            return int(next(iter(told[0].values())))
        except (LookupError, AttributeError, TypeError, ValueError):
            raise Trouble("the answer was not a count of rows") from None

    def replace(self, dataset: str, rows: Rows) -> None:
        """Put a whole table in the place of the old one, in one request. What the portal says of it proves nothing."""
        self._ask(lambda: self._client.replace(dataset, rows))

    def create(self, name: str, words: Mapping[str, Any]) -> View:
        """Make a private draft."""
        return _an_object(self._ask(lambda: self._client.create(name, new_backend=True, **words)))

    def show(self, dataset: str) -> None:
        """Turn a draft into a published dataset, or a working copy into the dataset it was taken from."""
        self._ask(lambda: self._client.publish(dataset))

    def tell(self, dataset: str, words: Mapping[str, Any]) -> None:
        """Write metadata. Each key that is named is replaced whole."""
        self._ask(lambda: self._client.update_metadata(dataset, dict(words)))

    def set_visibility(self, dataset: str, visibility: str) -> None:
        """Make a dataset public or private. The portal may put this before its approvers first."""
        self._ask(lambda: self._client.set_permission(dataset, visibility))

    def working_copies(self, dataset: str) -> list[View]:
        """The working copies of a dataset that nobody has published yet."""
        found = self._send("GET", f"/api/views/{dataset}.json?method=getPublicationGroup&stage=unpublished")
        return [one for one in found if isinstance(one, dict) and one.get("id") != dataset]

    def copy(self, dataset: str) -> View:
        """Take a working copy; the dataset stays as it is."""
        return _an_object(self._send("POST", f"/api/views/{dataset}/publication.json?method=copy"))


def _an_object(told: object) -> View:
    if not isinstance(told, dict) or not isinstance(told.get("id"), str):
        raise Trouble("the answer was not a description of a dataset")
    return told
