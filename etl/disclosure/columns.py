"""Columns that rules tie together, and in which of them one record can be counted.

A notice that is owed and was given counts in two columns, one that was not given in two others. So the numbers of a row are
so many records of each sort, and rows of different tables can be told of the same records.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from etl.disclosure.equations import Equations, Relation
from etl.disclosure.program import Program, whole
from etl.errors import DisclosureRefused
from schemas.rules import Linear

_MOST_SORTS = 50_000

Sort = tuple[bool, ...]
"""For each of some columns whether it counts a record."""


class Columns:
    """Columns tied by rules; `names` in order, and every sort of record that keeps the rules."""

    def __init__(self, names: Iterable[str], rules: Iterable[Linear]) -> None:
        self.names = tuple(sorted(names))
        self.rules = [rule for rule in rules if any(name in self.names for name, _ in rule.terms)]
        self.at = {name: place for place, name in enumerate(self.names)}
        self._sorts = self._all_sorts()
        self._split = lru_cache(maxsize=None)(self._split_of)
        self._known = lru_cache(maxsize=None)(self._sorts_on)
        self.sums = lru_cache(maxsize=None)(self._sums)

    def _all_sorts(self) -> NDArray[np.int64]:
        found = np.zeros((1, 0), dtype=np.int64)
        for place in range(len(self.names)):
            found = np.vstack([np.hstack([found, np.full((len(found), 1), one)]) for one in (0, 1)])
            for rule in self.rules:
                columns = [self.at[name] for name, _ in rule.terms]
                if max(columns) == place:
                    left = found[:, columns] @ np.array([weight for _, weight in rule.terms])
                    found = found[left == 0 if rule.relation == "==" else left <= 0]
            if len(found) > _MOST_SORTS:
                raise DisclosureRefused(f"Too many columns overlap to be protected together: {', '.join(self.names)}.")
        return found

    def _sorts_on(self, names: tuple[str, ...]) -> NDArray[np.int64]:
        """The different sorts of records as some columns see them, without the one that none of them counts."""
        seen = np.unique(self._sorts[:, [self.at[name] for name in names]], axis=0)
        return np.asarray(seen[seen.any(axis=1)])

    def tell(self, names: Collection[str]) -> bool:
        """Whether the numbers of some columns say how many records of each sort there are."""
        sorts = self._known(tuple(sorted(names)))
        return not len(sorts) or int(np.linalg.matrix_rank(sorts)) == len(sorts)

    def _sums(self, present: frozenset[str]) -> list[tuple[tuple[tuple[str, int], ...], bool]]:
        """What the rules say of a row that has some columns: weighted sums that are zero (True), or at most zero (False).

        Where only columns of one side are missing, what they would add makes a sum a comparison; and a column whose records
        another counts too, by way of columns that are missing, is at most the other.
        """
        found, spoken_of = [], set[frozenset[str]]()
        for rule in self.rules:
            equal = rule.relation == "=="
            terms = tuple((name, weight) for name, weight in rule.terms if name in present)
            missing = {weight > 0 for name, weight in rule.terms if name not in present}
            if not missing:
                found.append((terms, equal))
            elif missing == {True} and any(weight > 0 for _, weight in terms):
                found.append((terms, False))
            elif missing == {False} and equal and any(weight < 0 for _, weight in terms):
                found.append((tuple((name, -weight) for name, weight in terms), False))
            else:
                continue
            spoken_of |= {frozenset((one, other)) for one, _ in terms for other, _ in terms}
        some = sorted(present & {*self.names})
        within = {(one, other) for one in some for other in some if one != other and self._counts_too(other, one)}
        found += [
            (((one, 1), (other, -1)), False) for one, other in sorted(within)
            if {one, other} not in spoken_of and not any((one, by) in within and (by, other) in within for by in some)
        ]  # fmt: skip
        return found

    def _counts_too(self, other: str, one: str) -> bool:
        """Whether every record that one column counts is counted by another too."""
        return not (self._sorts[:, self.at[one]] & (1 - self._sorts[:, self.at[other]])).any()

    def beside(self, names: Collection[str]) -> set[str]:
        """The columns that stand in a rule with one of some columns, those included."""
        tied = (rule for rule in self.rules if any(name in names for name, _ in rule.terms))
        return {*names, *(name for rule in tied for name, _ in rule.terms)}

    def split(self, names: tuple[str, ...], numbers: Sequence[int]) -> Mapping[Sort, int] | None:
        """How many records of each sort make the numbers of some columns; None where no records do."""
        return self._split(names, tuple(numbers))

    def _split_of(self, names: tuple[str, ...], numbers: tuple[int, ...]) -> Mapping[Sort, int] | None:
        if len(names) == 1 or not any(numbers):
            return {(True,): numbers[0]} if any(numbers) and min(numbers) >= 0 else None if any(numbers) else {}
        sorts, wanted = self._known(names), np.array(numbers)
        if self.tell(names):
            times = np.rint(np.linalg.lstsq(sorts.T, wanted, rcond=None)[0]).astype(np.int64)
        else:
            relations = [Relation(tuple((int(at), 1) for at in np.flatnonzero(column)), right=int(number))
                         for column, number in zip(sorts.T, wanted, strict=True)]  # fmt: skip
            equations, every = Equations.of(len(sorts), relations), np.arange(len(sorts))
            program = Program(equations, every, np.ones_like(every), np.zeros(len(sorts)),
                              np.full(len(sorts), float(wanted.max())), equations.right, whole=True)  # fmt: skip
            found = program.least()
            solved = whole(found[1]) if found else None
            if solved is None:
                return None
            times = solved
        if (times < 0).any() or (sorts.T @ times != wanted).any():
            return None
        return {tuple(bool(one) for one in sort): int(n) for sort, n in zip(sorts, times, strict=True) if n}

    def completed(self, known: Mapping[str, bool]) -> tuple[str, ...] | None:
        """The columns that count a record of which some columns are known; None where that breaks a rule."""
        fits = np.ones(len(self._sorts), dtype=np.bool_)
        for name, counted in known.items():
            fits &= self._sorts[:, self.at[name]] == counted
        if not fits.any():
            return None
        sort = self._sorts[int(np.argmax(fits))]
        return tuple(name for name, counted in zip(self.names, sort, strict=True) if counted)


def tied_columns(measures: Iterable[str], rules: Sequence[Linear]) -> list[Columns]:
    """The columns of a universe, those together that rules tie to each other, whether or not they are published."""
    rules = [*dict.fromkeys(rules)]
    groups = {name: frozenset([name]) for name in (*measures, *(name for rule in rules for name, _ in rule.terms))}
    for rule in rules:
        merged = frozenset(one for name, _ in rule.terms for one in groups[name])
        groups |= dict.fromkeys(merged, merged)
    return [Columns(names, rules) for names in sorted(set(groups.values()), key=sorted)]
