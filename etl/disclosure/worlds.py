"""Possible worlds: the numbers of a whole table told as made-up records, of which every figure is a count.

What a reader knows then needs no equations to be checked: whoever counts the records gets the figures. Tables are joined
one after another: records that stand in the same place of what two tables share are paired off in order (the north-west
corner rule), which gives whole numbers, and in other worlds as before where the numbers allow it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from etl.disclosure.cells import REST, Cell, Hierarchies
from etl.disclosure.columns import Columns
from etl.disclosure.equations import Ints
from etl.disclosure.joining import Shape, joined

Codes = tuple[tuple[str, str], ...]
"""The code of each dimension, in the order of their names."""


class Record(NamedTuple):
    """A sort of record: where it stands, and for each column whether it counts it, as far as that is known."""

    where: Codes
    counted: tuple[tuple[str, bool], ...]


class Kind(NamedTuple):
    """A kind of record as it is published: where it stands, and the columns that count it."""

    where: Codes
    counts_in: tuple[str, ...]


World = Counter[Kind]
"""How many records of each kind there are."""


class Untold(ValueError):
    """The numbers of a table are no counts of records."""


class Teller:
    """Tells the tables of a universe as worlds. cells: in the order of a table's numbers."""

    def __init__(self, cells: Sequence[Cell], hierarchies: Hierarchies, groups: Iterable[Columns]) -> None:
        self.parts = [
            _Part(base, columns, figures, hierarchies) for columns in groups
            for base, figures in sorted(by_base(cells, columns.names, hierarchies).items())
        ]  # fmt: skip

    def world(self, table: Ints) -> World:
        """A table as records. Raises Untold where its numbers are no counts of records."""
        world: World = Counter()
        for part in self.parts:
            world.update(part.world(table))
        return world


def by_base(
    cells: Sequence[Cell], names: Iterable[str], hierarchies: Hierarchies
) -> dict[Codes, dict[Shape, dict[Codes, dict[str, int]]]]:
    """The cells of some columns, by the codes that do not add up, by shape and by place: column -> cell."""
    wanted = set(names)
    found: dict[Codes, dict[Shape, dict[Codes, dict[str, int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    for index, cell in enumerate(cells):
        if cell.measure in wanted:
            base = tuple(pair for pair in cell.where if not hierarchies.adds_up(pair[0]))
            where = tuple(pair for pair in cell.where if hierarchies.adds_up(pair[0]))
            found[base][hierarchies.shape(where)][where][cell.measure] = index
    return found


class _Part:
    """The cells of columns that are tied together, under codes that do not add up."""

    def __init__(
        self, base: Codes, columns: Columns, figures: Mapping[Shape, Mapping[Codes, Mapping[str, int]]],
        hierarchies: Hierarchies,
    ) -> None:  # fmt: skip
        self.base, self.columns, self.figures = base, columns, figures
        shapes = {shape: frozenset(name for by in some.values() for name in by) for shape, some in figures.items()}
        self.down = cache(lambda dimension, code: tuple(hierarchies.chain(dimension, code)[::-1]))
        self.place = cache(self._place)
        order = joined(shapes, columns)
        self.shapes = [shape for at, shape in enumerate(order) if not self._follows(shape, order[:at])]
        self.usual: list[dict[Record, Counter[Record]]] = []

    def _place(self, shape: Shape, where: Codes) -> Codes:
        """The place of a shape in which a record stands, as far as it goes."""
        levels = dict(sorted(shape))  # the deepest of each dimension
        downs = ((name, self.down(name, code)) for name, code in where if name in levels)
        return tuple((name, down[min(levels[name], len(down) - 1)]) for name, down in downs)

    def _follows(self, shape: Shape, before: Iterable[Shape]) -> bool:
        """Whether all figures of a shape are sums of those of one shape before, so that they tell nothing new."""
        for other in before:
            told: dict[Codes, set[str]] = {}
            for where, by in self.figures[other].items() if shape < other else ():
                place = self._place(shape, where)
                told[place] = told.get(place, {*by}) & by.keys()
            if all(by.keys() <= told.get(where, set()) for where, by in self.figures[shape].items()):
                return True
        return False

    def world(self, table: Ints) -> World:
        """A table as records; the pairs of the first table are kept for those that follow."""
        records, usual = Counter[Record](), list[dict[Record, Counter[Record]]]()
        for number, shape in enumerate(self.shapes):
            join = _Join(self, shape, table, self.usual[number] if self.usual else {})
            records = join.of(records)
            usual.append(join.pairs)
        self.usual = self.usual or usual
        world: World = Counter()
        for record, times in records.items():
            names = self.columns.completed(dict(record.counted))
            if names is None:
                raise Untold(f"a record breaks a rule of {', '.join(self.columns.names)}")
            where = ((name, code.removesuffix(REST)) for name, code in record.where)
            world[Kind(tuple(sorted((*self.base, *where))), names)] += times
        return world


class _Join:
    """The figures of one shape, joined to the records so far. usual: the pairs of the first world; pairs: those of this one."""

    def __init__(self, part: _Part, shape: Shape, table: Ints, usual: Mapping[Record, Counter[Record]]) -> None:
        self.part, self.columns, self.down, self.shape, self.usual = part, part.columns, part.down, shape, usual
        self.left = {where: {name: int(table[cell]) for name, cell in sorted(by.items())}
                     for where, by in part.figures[shape].items()}  # fmt: skip
        self.joined: Counter[Record] = Counter()
        self.pairs: dict[Record, Counter[Record]] = defaultdict(Counter)

    def of(self, records: Counter[Record]) -> Counter[Record]:
        """The records, told of these figures too; what none of them stands for becomes new records."""
        standing = Counter({record: times for record, times in records.items() if self._place(record) in self.left})
        untold: dict[Codes, set[str]] = defaultdict(set)
        for record in standing:
            untold[self._place(record)] |= self.left[self._place(record)].keys() - dict(record.counted).keys()
        told = self._sorts({where: self.columns.beside(names) for where, names in untold.items() if names})
        for record, times in self._paired(standing, told):
            self.joined[record] += times
            left = self.left[self._place(record)]
            for name, counted in record.counted:
                if counted and name in left:
                    left[name] -= times
        rest = self._sorts(dict.fromkeys(self.left, self.columns.names))
        for record, times in self._paired(records - standing, rest):
            self.joined[record] += times
        return self.joined + rest

    def _place(self, record: Record) -> Codes:
        return self.part.place(self.shape, record.where)

    def _sorts(self, wanted: Mapping[Codes, Collection[str]]) -> Counter[Record]:
        """What is left of the figures of some places, in some columns each, as so many records of each sort."""
        sorts: Counter[Record] = Counter()
        for where, names in wanted.items():
            some = tuple(name for name in self.left[where] if name in names)
            split = self.columns.split(some, [self.left[where][name] for name in some])
            if split is None:
                raise Untold(f"no records make the figures of {', '.join(some)}")
            for sort, times in split.items():
                sorts[Record(where, tuple(zip(some, sort, strict=True)))] += times
        return sorts

    def _paired(self, records: Counter[Record], sorts: Counter[Record]) -> Iterator[tuple[Record, int]]:
        """Pair off records with sorts that they can be of; `sorts` keeps what is left. The others stay as they are.

        First those whose place is known best, and pairs as in the first world before any others.
        """
        names = {name for sort in sorts for name, _ in sort.counted}
        views: dict[_View, list[Record]] = defaultdict(list)
        for record in sorted(records):
            views[self._view(record, names)].append(record)
        for view in sorted(views, key=lambda view: (-sum(level for _, level in view[0]), view)):
            alike: dict[object, list[Record]] = defaultdict(list)
            for sort in sorted(sorts, reverse=True):
                alike[self._through(view, sort)].append(sort)
            left = {record: records[record] for record in views[view]}
            for record in views[view]:
                for sort, usual in self.usual.get(record, {}).items():
                    times = min(left[record], usual, sorts.get(sort, 0))
                    yield from self._pair(record, sort, times, left, sorts)
            for record in views[view]:
                some = (
                    alike.get(self._through(view, record), []) if any(dict(record.counted)[n] for n in view[1]) else []
                )
                while some and left[record]:
                    times = min(left[record], sorts[some[-1]])
                    yield from self._pair(record, some[-1], times, left, sorts)
                    if not sorts[some[-1]]:
                        some.pop()
            yield from ((record, times) for record, times in left.items() if times)

    def _pair(
        self, record: Record, sort: Record, times: int, left: dict[Record, int], sorts: Counter[Record]
    ) -> Iterator[tuple[Record, int]]:
        if times:
            left[record] -= times
            sorts[sort] -= times
            self.pairs[record][sort] += times
            where = dict(sort.where)
            where |= {
                n: c for n, c in record.where if n not in where or len(self.down(n, c)) > len(self.down(n, where[n]))
            }
            yield Record(tuple(sorted(where.items())), tuple(sorted({*record.counted, *sort.counted}))), times

    def _view(self, record: Record, names: Collection[str]) -> "_View":
        """How a record sees the figures: how deep its place goes in each dimension, and the columns that both know."""
        place = tuple((name, len(self.down(name, code)) - 1) for name, code in self._place(record))
        return place, tuple(name for name, _ in record.counted if name in names)

    def _through(self, view: "_View", one: Record) -> object:
        where, counted = dict(one.where), dict(one.counted)
        return (
            tuple(self.down(name, where[name])[level] for name, level in view[0]),
            tuple(counted.get(name) for name in view[1]),
        )


_View = tuple[tuple[tuple[str, int], ...], tuple[str, ...]]
