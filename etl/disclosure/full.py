"""The full table behind tables that are linked in a circle (A by B, B by C, C by A).

A reader knows that one full table stands behind all three, which says more than any two of them. So does one who knows
that columns overlap without saying in which records. Its cells are printed by no table; every figure is a sum of them.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise, product

from etl.disclosure.cells import REST, Cell, Hierarchies, is_whole
from etl.disclosure.columns import Columns
from etl.disclosure.equations import Relation
from etl.disclosure.joining import Circle, Shape, joined
from etl.errors import DisclosureRefused

_MOST = 50_000


def full_tables(cells: Collection[Cell], groups: Iterable[Columns], hierarchies: Hierarchies) -> set[Cell]:
    """The cells of every full table that is needed. Raises DisclosureRefused where one is too large to judge."""
    full: set[Cell] = set()
    for columns in groups:
        bases: dict[tuple[tuple[str, str], ...], list[Cell]] = defaultdict(list)
        for cell in cells:
            if cell.measure in columns.names:
                bases[tuple(pair for pair in cell.where if not hierarchies.adds_up(pair[0]))].append(cell)
        for mine in bases.values():  # what one agency publishes may close a circle that another's tables do not
            shapes: dict[Shape, frozenset[str]] = defaultdict(frozenset)
            for cell in mine:
                shapes[_shape(cell, hierarchies)] |= {cell.measure}
            full |= _full_table(mine, shapes, columns, hierarchies)
    return full


def _full_table(
    cells: Sequence[Cell], shapes: Mapping[Shape, frozenset[str]], columns: Columns, hierarchies: Hierarchies
) -> set[Cell]:
    """The full table of some columns: none, or in the dimensions of the circle, or in all of them."""
    full, core = set[Cell](), frozenset[str]()
    measures = {name for some in shapes.values() for name in some}
    while measures:
        with_full = dict(shapes)
        for cell in full:
            with_full[_shape(cell, hierarchies)] = frozenset(measures)
        try:
            joined(with_full, columns)
        except Circle as circle:
            wider = core | circle.dimensions
            if wider == core:
                wider = frozenset(name for shape in shapes for name, _ in shape)
            if wider == core:
                raise DisclosureRefused(_TOO_TANGLED.format(", ".join(sorted(measures)))) from circle
            core = wider
            full = _over(core, cells, sorted(measures), hierarchies)
        else:
            break
    return full


_TOO_TANGLED = "The tables of {} overlap in a way that cannot be judged: publish fewer."


def _over(core: frozenset[str], cells: Iterable[Cell], measures: Sequence[str], hierarchies: Hierarchies) -> set[Cell]:
    """The full table over some dimensions, for each code of those that do not add up."""
    codes: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, set[str]]] = {}
    for cell in cells:
        rest = tuple(pair for pair in cell.where if pair[0] not in core)
        if not any(hierarchies.adds_up(name) for name, _ in rest):
            seen = codes.setdefault((cell.universe, rest), {name: set() for name in core})
            for name, code in cell.where:
                if name in core:
                    seen[name].add(code)
    lowest = {base: [_lowest(name, some, hierarchies) for name, some in sorted(seen.items())]
              for base, seen in codes.items()}  # fmt: skip
    if len(measures) * sum(math.prod(map(len, each)) for each in lowest.values()) > _MOST:
        raise DisclosureRefused(
            f"The tables by {', '.join(sorted(core))} are linked in a circle too large to judge: publish fewer."
        )
    return {
        Cell(universe, measure, tuple(sorted((*rest, *zip(sorted(core), at, strict=True)))))
        for (universe, rest), each in lowest.items() for at in product(*each) for measure in measures
    }  # fmt: skip


def _lowest(dimension: str, codes: set[str], hierarchies: Hierarchies) -> list[str]:
    """The codes that have none below them; of a period that is not all there also the rest."""
    parts: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        for part, above in pairwise(hierarchies.chain(dimension, code)):
            parts[above].add(part)
    lowest = codes - parts.keys()
    if dimension == "period":
        lowest |= {above + REST for above, some in parts.items()
                   if not is_whole(above, some) and codes & {*hierarchies.chain(dimension, above)}}  # fmt: skip
    return sorted(lowest)


def over_full_tables(
    full: Collection[Cell], cells: Collection[Cell], hierarchies: Hierarchies, index: Mapping[Cell, int],
    totals: Sequence[Relation],
) -> list[Relation]:  # fmt: skip
    """Every cell is the sum of the cells of the full table under it.

    totals: what is known already. A total whose parts have all those cells under them between them needs no sum of its own.
    """
    parts: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in full:
        steps = [[*((name, code) for code in hierarchies.chain(name, code)), *([None] if name in hierarchies.totals else [])]
                 for name, code in cell.where]  # fmt: skip
        for at in product(*steps):
            above = cell._replace(where=tuple(pair for pair in at if pair))
            if above in cells and above != cell:
                parts[above].append(cell)
    under = {index[total]: len(some) for total, some in parts.items()} | {index[cell]: 1 for cell in full}
    follows = {
        relation.terms[-1][0] for relation in totals
        if relation.equal and under.get(relation.terms[-1][0]) == sum(under.get(part, 0) for part, _ in relation.terms[:-1])
    }  # fmt: skip
    return [Relation((*((index[cell], 1) for cell in sorted(some)), (index[total], -1)))
            for total, some in parts.items() if index[total] not in follows]  # fmt: skip


def _shape(cell: Cell, hierarchies: Hierarchies) -> Shape:
    return hierarchies.shape(pair for pair in cell.where if hierarchies.adds_up(pair[0]))
