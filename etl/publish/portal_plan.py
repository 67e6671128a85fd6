"""What would be done to each table of a portal, found out by reading only, and said so that a person understands it."""

from dataclasses import dataclass, field
from typing import Any

from etl.publish.cells import KEY, Difference, difference
from etl.publish.destination import Plan
from etl.publish.exchange import Refusal
from etl.publish.patience import Patience
from etl.publish.portal_settings import PortalSettings
from etl.publish.portal_state import PortalState
from etl.publish.portal_table import PortalTable
from etl.publish.portal_view import View, awaits_approval, is_draft, is_public, what_is_wrong, words_to_change
from etl.publish.soda import Rows, Soda

_LEAST_LIMIT = 50_000


@dataclass(frozen=True)
class Permissions:
    """What the person who runs the command allows: a table to shrink, sample rows on a private dataset."""

    shrink: bool = False
    sample: bool = False


NOTHING_MORE = Permissions()


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """What is to be done for one table. dataset: its 4x4, empty when it is to be created."""

    table: PortalTable
    dataset: str = ""
    view: View = field(default_factory=dict, repr=False)
    rows: Rows = field(default_factory=list, repr=False)
    live: int = 0
    change: Difference | None = None
    words: dict[str, Any] = field(default_factory=dict, repr=False)
    word_names: tuple[str, ...] = ()
    visibility: str = ""
    problems: tuple[str, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether the portal shows everything as it should be."""
        return (
            not (self.change or self.words or self.visibility or self.problems)
            and bool(self.dataset)
            and not self.draft
        )

    @property
    def draft(self) -> bool:
        """Whether the dataset is there but was never published."""
        return is_draft(self.view)

    @property
    def public(self) -> bool:
        """Whether anybody can read it now."""
        return is_public(self.view)

    def lines(self) -> list[str]:
        """The plan for this table, for a person."""
        head = f"{self.table.id} ({self.dataset or 'no dataset yet'})"
        if self.is_idle:
            return [f"{head}: as it should be, {len(self.table.rows)} rows, {'public' if self.public else 'private'}"]
        lines = [f"{head}:"]
        if not self.dataset:
            lines.append(f"  create it as a private draft with {len(self.table.columns)} columns, fill it with "
                         f"{len(self.table.rows)} rows, compare, then publish it")  # fmt: skip
        elif self.change is not None:
            lines.append(f"  columns: {len(self.table.columns)} compared, all as in the release")
            rows = f"write {len(self.table.rows)} in place of {self.live}: {self.change}" if self.change else "equal"
            lines.append(f"  rows: {rows}")
        if self.draft:
            lines.append("  it is a draft: publish it once its rows are equal")
        if self.word_names:
            lines.append(f"  metadata: change {', '.join(self.word_names)}")
        lines.append(f"  visibility: {self._visibility_in_words()}")
        return lines + [f"  CANNOT: {problem}" for problem in self.problems]

    def _visibility_in_words(self) -> str:
        if self.visibility == "public" and awaits_approval(self.view):
            return "private, waiting for the approval of the portal's administrators"
        return f"make it {self.visibility}" if self.visibility else f"stays {'public' if self.public else 'private'}"


@dataclass(frozen=True)
class PortalPlan(Plan):
    """The plan for a portal: a plan for each table."""

    tables: tuple[TablePlan, ...] = ()


def limit_for(table: PortalTable) -> int:
    """So many rows are asked for that a table that is longer than it should be is seen to be."""
    return max(_LEAST_LIMIT, 2 * len(table.rows) + 1000)


class Planner:
    """Compares tables with a portal. Reads only."""

    def __init__(self, soda: Soda, settings: PortalSettings, state: PortalState, patience: Patience) -> None:
        self._soda = soda
        self._settings = settings
        self._state = state
        self._patience = patience

    def plan(self, table: PortalTable, allowed: Permissions) -> TablePlan:
        """What is to be done for one table; Trouble or Refusal when the portal cannot be read."""
        dataset, view = self._resolve(table)
        if not dataset:
            visibility = "public" if self._settings.visibility == "public" else ""
            return TablePlan(table=table, visibility=visibility)
        wrong = what_is_wrong(view, table)
        if wrong:
            return TablePlan(table=table, dataset=dataset, view=view, problems=tuple(wrong))
        return self._compared(table, view, allowed)

    def _resolve(self, table: PortalTable) -> tuple[str, View]:
        """The dataset of a table: the one of the settings, else the one remembered, else the one that carries our mark."""
        told = self._settings.datasets.get(table.id, "")
        for dataset in (told, "" if told else self._state.recall(table.id, "id")):
            if not dataset:
                continue
            try:
                return dataset, self.view(dataset)
            except Refusal as fault:
                if dataset == told or fault.status != 404:
                    raise
        found = self.marked(table)
        return (found["id"], found) if found else ("", {})

    def view(self, dataset: str) -> View:
        """What the portal says of a dataset."""
        return self._patience.with_retries(lambda: self._soda.view(dataset))

    def marked(self, table: PortalTable) -> View | None:
        """The dataset that carries our mark; Refusal when there are several. The index lags, so each is looked at."""
        views = []
        for dataset in self._patience.with_retries(lambda: self._soda.tagged(table.marker)):
            try:
                view = self.view(dataset)
            except Refusal as fault:
                if fault.status != 404:
                    raise
                continue
            if table.marker in (view.get("tags") or ()):
                views.append(view)
        if len(views) > 1:
            several = ", ".join(str(view["id"]) for view in views)
            raise Refusal(
                f"several datasets carry the mark {table.marker}: {several}. Delete those that are not wanted, or name "
                f"the right one under [socrata.datasets]", code="several",
            )  # fmt: skip
        return views[0] if views else None

    def _compared(self, table: PortalTable, view: View, allowed: Permissions) -> TablePlan:
        dataset = str(view["id"])
        read = self._patience.with_retries(lambda: self._soda.rows(dataset, key=KEY, limit=limit_for(table)))
        live = len(read.rows)
        if live >= limit_for(table):
            live = self._patience.with_retries(lambda: self._soda.count(dataset))
        words, names = words_to_change(view, table, self._settings)
        wanted = self._settings.visibility or ("public" if is_public(view) else "private")
        turn = wanted if (wanted == "public") != is_public(view) else ""
        return TablePlan(
            table=table, dataset=dataset, view=view, rows=read.rows, live=live, words=words, word_names=tuple(names),
            change=difference(table.rows, read.rows, table.kinds), visibility=turn,
            problems=tuple(self._forbidden(table, live, allowed, wanted)),
        )  # fmt: skip

    def _forbidden(self, table: PortalTable, live: int, allowed: Permissions, wanted: str) -> list[str]:
        ours, share = len(table.rows), self._settings.max_shrink
        wrong = []
        if live and ours < live * (1 - share) and not allowed.shrink:
            wrong.append(
                f"the table would shrink from {live} to {ours} rows, more than {share:.0%}. If that is right, add "
                "--allow-shrink"
            )
        if table.is_sample and wanted == "public":
            wrong.append(
                "its rows are SAMPLE DATA, and the dataset is public. Sample rows never reach a public dataset"
            )
        return wrong
