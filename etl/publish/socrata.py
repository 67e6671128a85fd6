"""A Socrata portal as a destination: plan by reading, act, and read back until the portal shows what the release holds.

Readers see the old table or the new one, whatever the network does; a run that was cut off is mended by the next one,
because the portal's own content decides what is still to be done. docs/decisions/0019 to 0021 say why it is so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from etl.errors import PublicationFailed
from etl.publish.cells import difference
from etl.publish.destination import Plan, Receipt
from etl.publish.exchange import Refusal, Trouble
from etl.publish.patience import Patience
from etl.publish.portal_plan import NOTHING_MORE, Permissions, Planner, PortalPlan, TablePlan
from etl.publish.portal_settings import PortalSettings
from etl.publish.portal_state import STATE, PortalState, alone
from etl.publish.portal_table import PortalTable, portal_tables
from etl.publish.portal_view import is_draft, is_public
from etl.publish.portal_write import Portal, TableWriter
from etl.publish.soda import Soda
from schemas.release import OpenRelease

Progress = Callable[[str], None]
_AGAIN = "Run the same command again: it goes on where this run stopped."
_NEXT = {
    "authentication_required": "Check DAYLIGHT_SOCRATA_KEY_ID and DAYLIGHT_SOCRATA_KEY_SECRET: the key is wrong, "
    "was revoked or has expired.",
    "permission_denied": "Check on the portal what rights the key's account has there.",
    "certificate": "Check DAYLIGHT_SOCRATA_DOMAIN. If the portal's certificate comes from your own authority, name that "
    "authority's file in REQUESTS_CA_BUNDLE. Certificates are always checked.",
    "approval": "",
    "several": "",
    "copy": "",
    "wait": _AGAIN,
}
_BY_STATUS = {
    401: _NEXT["authentication_required"],
    403: _NEXT["permission_denied"],
    404: "Check the id under [socrata.datasets] and DAYLIGHT_SOCRATA_DOMAIN; an account without rights gets the same answer.",
    409: "The portal holds the dataset for something else. Look at it on the portal, then run again.",
    413: "The portal takes no table of this size in one request. Ask its administrator.",
}


def what_next(fault: Trouble | Refusal) -> str:
    """What a person should do about a fault."""
    if isinstance(fault, Trouble):
        return _AGAIN
    if "app_token" in str(fault):
        return "Check DAYLIGHT_SOCRATA_APP_TOKEN: with a wrong token everything is refused; none at all is better."
    return _NEXT.get(fault.code, _BY_STATUS.get(fault.status, "Mend the cause, then run the same command again."))


class SocrataPortal:
    """The portal of the settings. `allowed` is what the person who runs the command permits."""

    name = "socrata"

    def __init__(
        self, settings: PortalSettings, *, allowed: Permissions = NOTHING_MORE, chosen: tuple[str, ...] = (),
        progress: Progress = lambda _: None, state: Path = STATE,
    ) -> None:  # fmt: skip
        self.settings = settings
        self._allowed = allowed
        self._chosen = chosen
        self._progress = progress
        self._state = state
        self._soda = Soda(settings)
        self._patience = Patience(settings.patience)

    def __repr__(self) -> str:
        return f"SocrataPortal({self.settings.domain!r})"

    @property
    def requests(self) -> int:
        """How many requests were made so far."""
        return self._soda.requests

    def _notes(self) -> PortalState:
        return PortalState(self._state, self.settings.domain)

    def _refuse_samples(self, tables: tuple[PortalTable, ...]) -> None:
        """Sample rows are stopped before any request is made (contract, section 5)."""
        samples = ", ".join(table.id for table in tables if table.is_sample)
        if samples and (not self._allowed.sample or self.settings.visibility == "public"):
            why = "visibility is public" if self._allowed.sample else "--allow-sample is not given"
            raise PublicationFailed(
                f"These tables hold SAMPLE DATA, and {why}: {samples}. No request was made. Sample rows go only to private "
                "datasets, with --allow-sample; choose tables of real data with --dataset."
            )

    def plan(self, release: OpenRelease) -> PortalPlan:
        """Compare every table with the portal; reads only. PublicationFailed when the portal cannot be read."""
        tables = portal_tables(release, self._chosen)
        self._refuse_samples(tables)
        planner = Planner(self._soda, self.settings, self._notes(), self._patience)
        with self._explained("Nothing was changed on the portal."):
            self._progress("Signing in")
            self._account()
            plans = tuple(self._one_plan(planner, table) for table in tables)
        steps = tuple(line for one in plans if not one.is_idle for line in one.lines())
        return PortalPlan(self.name, release, steps, plans)

    def reached(self) -> str:
        """Sign in and read what the portal says of each dataset of the settings; changes nothing.

        PublicationFailed says what is wrong. No name of an account is part of the answer.
        """
        with self._explained("Nothing was changed on the portal."):
            self._account()
            for name, dataset in self.settings.datasets.items():
                try:
                    self._patience.with_retries(partial(self._soda.view, dataset), most=2)
                except (Trouble, Refusal) as fault:
                    fault.args = (f"{name} ({dataset}): {fault}",)
                    raise
        count = len(self.settings.datasets)
        return f"{self.settings.domain} takes the key; {count} of {count} datasets of the settings can be read."

    def _account(self) -> None:
        """Ask who we are, so that a wrong key is told apart from a right that is missing."""
        try:
            self._patience.with_retries(self._soda.account)
        except Refusal as fault:
            if fault.status != 404:
                raise

    def _one_plan(self, planner: Planner, table: PortalTable) -> TablePlan:
        self._progress(f"Reading {table.id}")
        try:
            return planner.plan(table, self._allowed)
        except (Trouble, Refusal) as fault:
            where = self.settings.datasets.get(table.id, "")
            fault.args = (f"{table.id}{f' ({where})' if where else ''}: {fault}",)
            raise

    @contextmanager
    def _explained(self, state: str) -> Iterator[None]:
        try:
            yield
        except (Trouble, Refusal) as fault:
            raise PublicationFailed(" ".join(filter(None, (f"{fault}.", state, what_next(fault))))) from None

    def publish(self, plan: Plan) -> Receipt:
        """Carry the plan out, table by table. PublicationFailed says what the portal shows, and what to do next."""
        if not isinstance(plan, PortalPlan):
            raise TypeError("a portal carries out only its own plans")
        refused = [f"{one.table.id} ({one.dataset}): {problem}" for one in plan.tables for problem in one.problems]
        if refused:
            raise PublicationFailed(f"Nothing was changed on the portal. {'; '.join(refused)}.")
        done: list[str] = []
        with alone(self._state):
            state = self._notes()
            for one in plan.tables:
                self._progress(f"Publishing {one.table.id}")
                done += self._one(one, state, done)
        return Receipt(self.name, plan.release.id, tuple(done))

    def _one(self, plan: TablePlan, state: PortalState, before: list[str]) -> list[str]:
        writer = TableWriter(Portal(self._soda, self.settings, state, self._patience), plan)
        try:
            writer.run()
        except (Trouble, Refusal) as fault:
            finished = f"{len(before)} tables before it are as planned." if before else ""
            told = f"{plan.table.id} ({writer.dataset or 'no dataset yet'}): {fault}."
            words = (told, self._what_is_shown(plan, writer), finished, what_next(fault))
            raise PublicationFailed(" ".join(filter(None, words))) from None
        return [f"{plan.table.id} ({writer.dataset}): {'; '.join(writer.done)}"] if writer.done else []

    def _what_is_shown(self, plan: TablePlan, writer: TableWriter) -> str:
        """What readers get now, found out by one look; it is said when that is not known."""
        if not writer.dataset:
            return "No dataset is known to have been made; an empty private draft may be there."
        try:
            view, read = self._soda.view(writer.dataset), writer.look()
        except (Trouble, Refusal):
            return "What the portal shows now is not known: it could not be read."
        who = "everybody" if is_public(view) else "nobody but the account (it is private)"
        if is_draft(view):
            return "It is a private draft that nobody else can see."
        if not difference(plan.table.rows, read.rows, plan.table.kinds):
            return f"The new table is there, whole, and is shown to {who}."
        if plan.rows and not difference(plan.rows, read.rows, plan.table.kinds):
            return f"The table is as it was before, and is shown to {who}."
        return f"The table is neither the old one nor the new one, and is shown to {who}."
