"""Instances of tables with small counts, like those that disclosure control is measured on; seeded.

s = sparse, d = dense; the numbers are the codes of each dimension; months add up to quarters, years and all years.
l = several tables of the same people, linked by the dimensions they share: of the full table behind them nothing more is
printed.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from etl.disclosure.equations import Equations, Relation


@dataclass(frozen=True)
class Instance:
    """The cells of one universe, with their true counts; `latent` are those that no table prints."""

    name: str
    dimensions: list[list[list[int]]]
    values: np.ndarray
    equations: Equations
    latent: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """How many codes each dimension has, totals included."""
        return tuple(len(dimension) for dimension in self.dimensions)

    @cached_property
    def leaves(self) -> np.ndarray:
        """The cells that are no sums."""
        inner = [[code for code, below in enumerate(dimension) if not below] for dimension in self.dimensions]
        return np.ravel_multi_index(np.ix_(*inner), self.shape).reshape(-1)


def flat(codes: int) -> list[list[int]]:
    """A dimension with a total: for each code the codes it adds up; the last is the total."""
    return [[] for _ in range(codes)] + [list(range(codes))]


def months(count: int) -> list[list[int]]:
    """Months, quarters, years and, beyond one year, the total."""
    found: list[list[int]] = [[] for _ in range(count)]
    quarters = [list(range(first, min(first + 3, count))) for first in range(0, count, 3)]
    found += quarters
    years = [list(range(count + first, count + min(first + 4, len(quarters)))) for first in range(0, len(quarters), 4)]
    found += years
    if len(years) > 1:
        found.append(list(range(count + len(quarters), count + len(quarters) + len(years))))
    return found


def tiers(dimension: list[list[int]]) -> np.ndarray:
    """How far down each period stands: 0 for years and their total, 1 for quarters, 2 for months."""
    found = np.zeros(len(dimension), dtype=np.int64)
    for code, parts in reversed(list(enumerate(dimension))):
        found[parts] = found[code] + 1
    return np.maximum(found - int(found.max() > 2), 0)


def leaves(dimension: list[list[int]], code: int) -> list[int]:
    parts = dimension[code]
    return [leaf for part in parts for leaf in leaves(dimension, part)] if parts else [code]


def lattice(
    dimensions: list[list[list[int]]], counts: np.ndarray, *, every: bool = False
) -> tuple[np.ndarray, list[Relation]]:
    """The values of all cells, and one defining relation for each cell that is a sum; or every one, as in a release."""
    shape = tuple(len(dimension) for dimension in dimensions)
    full = counts
    for axis, dimension in enumerate(dimensions):
        full = np.stack([full.take(leaves(dimension, code), axis).sum(axis) for code in range(len(dimension))], axis)
    relations = []
    for key in product(*map(range, shape)):
        for axis, dimension in enumerate(dimensions):
            parts = dimension[key[axis]]
            if parts:
                at = [np.ravel_multi_index((*key[:axis], part, *key[axis + 1 :]), shape) for part in parts]
                relations.append(Relation((*((int(c), 1) for c in at), (int(np.ravel_multi_index(key, shape)), -1))))
                if not every:
                    break
    return full.reshape(-1), relations


@dataclass(frozen=True)
class Shape:
    """How many codes each dimension has, how many people are counted, and how evenly.

    The codes of the first dimension are alike. Of every other the shares are left to chance (`skew`: the greater, the
    more even), or fall with the place of the code: 1, 2**-fall, 3**-fall and so on (`fall`).
    tables: the dimensions of each printed table, all with their totals; none: one table of all dimensions. Of a single
    table the first dimension is months. every: its sums are written down once for every dimension, not once.
    """

    sizes: tuple[int, ...]
    people: int
    skew: float = 0.0
    tables: tuple[tuple[int, ...], ...] = ()
    fall: float = 0.0
    every: bool = False

    def shares(self, size: int, chance: np.random.Generator) -> np.ndarray:
        """The share of each code of a dimension after the first."""
        if not self.fall:
            return chance.dirichlet([self.skew] * size)
        falling = np.arange(1, size + 1) ** -self.fall
        return falling / falling.sum()


def _counts(shape: Shape, seed: int) -> np.ndarray:
    """How many people stand at each combination of codes."""
    chance = np.random.default_rng(seed)
    first = np.full(shape.sizes[0], 1 / shape.sizes[0])
    shares = [first, *(shape.shares(size, chance) for size in shape.sizes[1:])]
    joint = shares[0]
    for share in shares[1:]:
        joint = np.multiply.outer(joint, share)
    return chance.multinomial(shape.people, joint.reshape(-1)).reshape(shape.sizes)


def single(name: str, shape: Shape, seed: int) -> Instance:
    """One table of all dimensions and all their totals."""
    dimensions = [months(shape.sizes[0]), *map(flat, shape.sizes[1:])]
    values, relations = lattice(dimensions, _counts(shape, seed), every=shape.every)
    nowhere = np.zeros(len(values), dtype=np.bool_)
    tier = np.repeat(tiers(dimensions[0]), len(values) // len(dimensions[0]))
    return Instance(name, dimensions, values, Equations.of(len(values), relations, tier), nowhere)


def linked(name: str, shape: Shape, seed: int) -> Instance:
    """Several tables, the full table behind them (latent), and how their cells add up: from it, and from each other."""
    dimensions = [flat(size) for size in shape.sizes]
    values, _ = lattice(dimensions, _counts(shape, seed))
    top = np.array(shape.sizes)
    codes = np.indices(top + 1).reshape(len(top), -1).T
    narrowed = codes < top
    full, printed = narrowed.all(axis=1), np.zeros(len(codes), dtype=np.bool_)
    for table in shape.tables:
        printed |= ~np.delete(narrowed, table, axis=1).any(axis=1)
    place = np.cumsum(printed | full) - 1
    relations = []
    for cell in np.flatnonzero(printed & ~full):
        parts = []
        for axis in np.flatnonzero(~narrowed[cell]):
            below = narrowed[:, axis] & (codes == codes[cell])[:, np.arange(len(top)) != axis].all(axis=1)
            parts += [below] if printed[below].all() else []
        if not parts:
            parts = [full & ((codes == codes[cell]) | (codes[cell] == top)).all(axis=1)]
        relations += [Relation((*((int(place[c]), 1) for c in np.flatnonzero(some)), (int(place[cell]), -1)))
                      for some in parts]  # fmt: skip
    kept = printed | full
    return Instance(name, dimensions, values[kept], Equations.of(int(kept.sum()), relations), (full & ~printed)[kept])


SHAPES = {
    "s3_6x4x3": Shape((6, 4, 3), 110, 2.0), "d3_6x4x3": Shape((6, 4, 3), 800, 3.0),
    "s4_6x3x3x2": Shape((6, 3, 3, 2), 130, 2.0), "s2_12x6": Shape((12, 6), 300, fall=0.6),
    "s2_60x10": Shape((60, 10), 620, fall=0.8), "s3_12x6x5": Shape((12, 6, 5), 460, fall=1.15),
    "s3_36x6x5": Shape((36, 6, 5), 460, fall=0.7), "s4_12x6x5x4": Shape((12, 6, 5, 4), 320, fall=1.1),
    "d2_12x6": Shape((12, 6), 990, fall=0.6), "d2_60x10": Shape((60, 10), 9500, fall=0.8),
    "d3_12x6x5": Shape((12, 6, 5), 5100, fall=0.6), "d3_36x6x5": Shape((36, 6, 5), 14500, fall=0.5),
    "d4_12x6x5x4": Shape((12, 6, 5, 4), 20000, 3.0), "d3_36x20x17": Shape((36, 20, 17), 160000, 3.0),
    "x4_36x8x5x6": Shape((36, 8, 5, 6), 20000, 2.0, every=True),
    "l4_persons": Shape((3, 5, 2, 6, 5), 900, fall=0.55, tables=((0, 1, 2), (0, 1, 3), (0, 3, 4), (0, 2, 4))),
    "l6_persons": Shape((4, 6, 5, 6, 5, 4), 4000, 2.0, tables=((0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 5), (0, 1, 5), (1, 3))),
}  # fmt: skip
"""Those with `fall` are calibrated on two figures of reference instances of the same sizes and on no other: how many cells are
small, and what Gaussian elimination loses, each a mean over seeds 0 to 9 (docs/explanation/disclosure-measured.md)."""


def named(name: str, seed: int = 3) -> Instance:
    """An instance of a shape."""
    shape = SHAPES[name]
    return linked(name, shape, seed) if shape.tables else single(name, shape, seed)
