"""One table brought to a portal: every write is judged by reading back, and only what is known to be safe is repeated.

A PUT of the whole table may be sent twice; a new dataset may not be made twice, so it is looked for first. Readers see
the old table or the new one: a draft is filled before it is published, a table is replaced in one request.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from etl.publish.cells import KEY, Difference, difference
from etl.publish.exchange import Refusal, Trouble
from etl.publish.patience import Patience
from etl.publish.portal_plan import Planner, TablePlan, limit_for
from etl.publish.portal_settings import PortalSettings
from etl.publish.portal_state import PortalState
from etl.publish.portal_view import (
    View,
    awaits_approval,
    is_draft,
    is_public,
    wanted_words,
    what_is_wrong,
    words_to_change,
)
from etl.publish.soda import Read, Soda

_MOST_LOOKS = 100
_POLLS, _FEW_POLLS = 5, 2
"""How often a table that is said to be up to date is read before it is taken to be different from ours; the second where
the portal did not even say that it took the rows."""


@dataclass(frozen=True)
class Portal:
    """What is needed to speak with one portal."""

    soda: Soda
    settings: PortalSettings
    state: PortalState
    patience: Patience


class TableWriter:
    """Carries out the plan for one table. `done` says in words what is known to have been done."""

    def __init__(self, portal: Portal, plan: TablePlan) -> None:
        self._portal = portal
        self._plan = plan
        self._table = plan.table
        self.dataset = plan.dataset
        self.done: list[str] = []
        self._was_seen = False

    def run(self) -> None:
        """Do all of it; Trouble or Refusal where it did not end well."""
        view = self._plan.view
        if not self.dataset:
            view = self._created()
            self._fill(self.dataset)
        if self._plan.visibility == "private":
            view = self._hide()
        if self._plan.change:
            view = self._replaced(view)
        if is_draft(view):
            view = self._shown(view)
        view = self._say(view)
        if self._plan.visibility == "public":
            view = self._open(view)
        if is_public(view):
            self._look_as_anybody()
        self._portal.state.note(self._table.id, id=self.dataset, creating="", copy="", copying="")

    # --- rows ---

    def _read(self, dataset: str, *, account: bool = True) -> Read:
        limit = limit_for(self._table)
        return self._portal.soda.rows(dataset, key=KEY, limit=limit, account=account)

    def look(self) -> Read:
        """The rows that the portal gives now."""
        return self._read(self.dataset)

    def _differs(self, read: Read) -> Difference:
        return difference(self._table.rows, read.rows, self._table.kinds)

    def _settled(self, dataset: str, *, polls: int) -> Difference:
        """How the table differs from ours once its readers' copy is up to date; reads lag behind writes."""
        seen = 0

        def look() -> Difference:
            nonlocal seen
            read = self._read(dataset)
            differs = self._differs(read)
            seen += not read.out_of_date
            if differs and seen < polls:
                raise Trouble(f"the rows that readers get are not ours yet: {differs}")
            return differs

        return self._portal.patience.with_retries(look)

    def _fill(self, dataset: str) -> None:
        """Put our rows in, and look; the same again while they are not there. Ends when they are equal, cell by cell."""

        def fill() -> None:
            said: Trouble | None = None
            try:
                self._portal.soda.replace(dataset, self._table.payload())
            except Trouble as fault:
                if fault.certainly_not:
                    raise
                said = fault
            except Refusal:
                if self._differs(self._read(dataset)):
                    raise
                return
            if differs := self._settled(dataset, polls=_FEW_POLLS if said else _POLLS):
                raise _still(f"the rows were sent and are not there: {differs}", said)

        self._portal.patience.with_retries(fill)
        self.done.append(f"{len(self._table.rows)} rows written and read back, equal in every cell")

    def _replaced(self, view: View) -> View:
        """New rows for a dataset: into it, or by way of a working copy that nobody sees before it is compared."""
        if not self._portal.settings.staged or is_draft(view):
            self._fill(self.dataset)
            return view
        copy = self._working_copy()
        self._fill(copy)
        self._publish(copy, until=self._copy_is_shown)
        self._portal.state.note(self._table.id, copy="", copying="")
        self.done.append("the working copy was published")
        if "columns" not in self._plan.words:
            return view
        return self._portal.patience.with_retries(lambda: self._portal.soda.view(self.dataset))  # columns have new ids

    # --- drafts and working copies ---

    def _created(self) -> View:
        """Make the private draft; after an answer that tells nothing it is looked for before it is made again."""
        since = self._portal.state.recall(self._table.id, "creating")
        self.dataset = self._looked_for(since) if since else ""
        self.dataset = self.dataset or self._portal.patience.with_retries(self._create)
        self._portal.state.note(self._table.id, id=self.dataset, creating="")
        view = self._portal.patience.with_retries(lambda: self._portal.soda.view(self.dataset))
        if wrong := what_is_wrong(view, self._table):
            raise Refusal(f"the new dataset {self.dataset} is not as it was ordered: {'; '.join(wrong)}")
        self.done.append(f"{self.dataset} created as a private draft")
        return view

    def _create(self) -> str:
        words = wanted_words(self._table, self._portal.settings)
        name = words.pop("name")
        since = str(time.time())
        self._portal.state.note(self._table.id, creating=since)
        try:
            return str(self._portal.soda.create(name, words)["id"])
        except Trouble as fault:
            if fault.certainly_not or not (found := self._looked_for(since)):
                raise
            return found
        except Refusal:
            self._portal.state.note(self._table.id, creating="")
            raise

    def _looked_for(self, since: str) -> str:
        """The dataset that may have been made at `since`; empty once the portal's index must know that it was not.

        Refusal when that cannot be waited for: to make it again now could make it twice.
        """
        planner = Planner(self._portal.soda, self._portal.settings, self._portal.state, self._portal.patience)
        sure = _as_time(since) + self._portal.settings.index_lag

        def look() -> str:
            is_sure = time.time() >= sure
            found = planner.marked(self._table)
            if not found and not is_sure:
                raise Trouble("the portal's index does not list the dataset that may have been made")
            return str(found["id"]) if found else ""

        try:
            return self._portal.patience.with_retries(look, most=_MOST_LOOKS)
        except Trouble as fault:
            wait = max(1, round(sure - time.time()))
            raise Refusal(
                f"whether the portal made the dataset is not known yet: {fault}. Wait {wait} seconds", code="wait"
            ) from None

    def _working_copy(self) -> str:
        """The working copy that an earlier run made, else a new one; Refusal when somebody else has one."""
        soda, state, patience = self._portal.soda, self._portal.state, self._portal.patience
        there = [str(one["id"]) for one in patience.with_retries(lambda: soda.working_copies(self.dataset))]
        known = state.recall(self._table.id, "copy")
        ours = known in there or (len(there) == 1 and bool(state.recall(self._table.id, "copying")))
        if there and not ours:
            raise Refusal(
                f"somebody has a working copy of it under way ({', '.join(there)}): publish or discard it on the portal",
                code="copy",
            )
        copy = known if known in there else there[0] if there else patience.with_retries(self._copy)
        state.note(self._table.id, copy=copy, copying="")
        return copy

    def _copy(self) -> str:
        self._portal.state.note(self._table.id, copying="yes")
        try:
            return str(self._portal.soda.copy(self.dataset)["id"])
        except Trouble:
            there = self._portal.soda.working_copies(self.dataset)
            if len(there) != 1:
                raise
            return str(there[0]["id"])

    def _publish(self, dataset: str, *, until: Callable[[], None]) -> None:
        """Publish a draft or a working copy. Whatever the answer is, `until` looks; it raises Trouble until it is so."""

        def publish() -> None:
            said: Trouble | Refusal | None = None
            try:
                self._portal.soda.show(dataset)
            except (Trouble, Refusal) as fault:
                said = fault
            try:
                self._portal.patience.with_retries(until)
            except Trouble as fault:
                raise _still(str(fault), said) from None

        self._portal.patience.with_retries(publish)

    def _copy_is_shown(self) -> None:
        """Look at the dataset as its readers do: without an account where it is public."""
        public = is_public(self._plan.view)
        if differs := self._differs(self._read(self.dataset, account=not public)):
            raise Trouble(f"the working copy was sent to be published, and readers do not get it yet: {differs}")
        self._was_seen = public

    def _shown(self, view: View) -> View:
        """Publish the draft; still nobody but the account can read it."""
        seen = view

        def look() -> None:
            nonlocal seen
            seen = self._portal.soda.view(self.dataset)
            if is_draft(seen):
                raise Trouble("the draft was sent to be published and is a draft still")

        self._publish(self.dataset, until=look)
        if differs := self._settled(self.dataset, polls=_POLLS):
            raise Trouble(f"the draft was published, and its rows are not ours: {differs}")
        self.done.append("the draft was published")
        return seen

    # --- words and visibility ---

    def _say(self, view: View) -> View:
        """Write the metadata that differs, merged with what is there, and read it back."""
        change, names = words_to_change(view, self._table, self._portal.settings)
        if not change:
            return view
        after = self._judged(
            lambda: self._portal.soda.tell(self.dataset, change),
            lambda seen: not words_to_change(seen, self._table, self._portal.settings)[0],
            f"metadata ({', '.join(names)})",
        )
        self.done.append(f"metadata changed: {', '.join(names)}")
        return after

    def _hide(self) -> View:
        """Make it private, before anything else is written."""

        def hide() -> None:
            self._portal.soda.set_visibility(self.dataset, "private")

        view = self._judged(hide, lambda seen: not is_public(seen), "private")
        self.done.append("made private")
        return view

    def _open(self, view: View) -> View:
        """Make it public last of all. An approval that is pending is no failure of ours, and is told apart."""
        if not awaits_approval(view):
            view = self._judged(
                lambda: self._portal.soda.set_visibility(self.dataset, "public"),
                lambda seen: is_public(seen) or awaits_approval(seen), "public",
            )  # fmt: skip
        if not is_public(view):
            raise Refusal(
                "its rows and metadata are there, and the portal has put it before its approvers: it is not public until "
                "they agree. Ask them, and run again afterwards",
                code="approval",
            )
        self.done.append("made public")
        return view

    def _judged(self, act: Callable[[], None], is_so: Callable[[View], bool], what: str) -> View:
        """Write, then read until the portal says so; write again where it does not."""

        def attempt() -> View:
            said: Trouble | Refusal | None = None
            try:
                act()
            except (Trouble, Refusal) as fault:
                said = fault
            seen = self._portal.soda.view(self.dataset)
            if is_so(seen):
                return seen
            raise _still(f"{what} was sent, and the portal does not show it", said)

        return self._portal.patience.with_retries(attempt)

    def _look_as_anybody(self) -> None:
        """Read the table without any account, as every reader does."""

        def look() -> None:
            try:
                read = self._read(self.dataset, account=False)
            except Refusal as fault:
                raise Trouble(f"it is said to be public, and cannot be read without an account: {fault}") from fault
            if differs := self._differs(read):
                raise Trouble(f"readers without an account do not get these rows: {differs}")

        if not self._was_seen:
            self._portal.patience.with_retries(look)
        self.done.append("read without an account, equal in every cell")


def _still(what: str, said: Trouble | Refusal | None) -> Trouble | Refusal:
    """What to raise where a write is not to be seen: the portal's refusal, else Trouble with its wait, to try again."""
    if isinstance(said, Refusal):
        return said
    return Trouble(f"{what} ({said})" if said else what, retry_after=said.retry_after if said else 0.0)


def _as_time(noted: str) -> float:
    """Seconds of the clock as they were noted; a note that is damaged was made now."""
    try:
        return float(noted)
    except ValueError:
        return time.time()
