"""Instances of linked tables with small counts, like those that disclosure control is measured on; seeded.

s = sparse, d = dense; the numbers are the codes of each dimension; months add up to quarters, years and all years.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from etl.disclosure.equations import Equations, Relation


@dataclass(frozen=True)
class Instance:
    """Every cell of the published tables of one universe, with its true count."""

    name: str
    dimensions: list[list[list[int]]]
    values: np.ndarray
    equations: Equations

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


def leaves(dimension: list[list[int]], code: int) -> list[int]:
    parts = dimension[code]
    return [leaf for part in parts for leaf in leaves(dimension, part)] if parts else [code]


def lattice(dimensions: list[list[list[int]]], counts: np.ndarray) -> tuple[np.ndarray, list[Relation]]:
    """The values of all cells, and one defining relation for each cell that is a sum."""
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
                break
    return full.reshape(-1), relations


def instance(name: str, sizes: tuple[int, ...], records: int, seed: int, skew: float = 1.0) -> Instance:
    chance = np.random.default_rng(seed)
    shares = [chance.dirichlet([skew] * size) if axis else np.full(size, 1 / size) for axis, size in enumerate(sizes)]
    joint = shares[0]
    for share in shares[1:]:
        joint = np.multiply.outer(joint, share)
    counts = chance.multinomial(records, joint.reshape(-1)).reshape(sizes)
    dimensions = [months(sizes[0]), *(flat(size) for size in sizes[1:])]
    values, relations = lattice(dimensions, counts)
    return Instance(name, dimensions, values, Equations.of(len(values), relations))


SHAPES = {
    "s3_6x4x3": ((6, 4, 3), 110, 2.0), "d3_6x4x3": ((6, 4, 3), 800, 3.0), "s4_6x3x3x2": ((6, 3, 3, 2), 130, 2.0),
    "s2_12x6": ((12, 6), 300, 2.0), "s2_60x10": ((60, 10), 1800, 2.0), "s3_12x6x5": ((12, 6, 5), 420, 2.0),
    "s3_36x6x5": ((36, 6, 5), 1100, 2.0), "s4_12x6x5x4": ((12, 6, 5, 4), 480, 2.0),
    "d2_12x6": ((12, 6), 1100, 2.0), "d2_60x10": ((60, 10), 9000, 2.0), "d3_12x6x5": ((12, 6, 5), 6000, 3.0),
    "d3_36x6x5": ((36, 6, 5), 17000, 3.0), "d4_12x6x5x4": ((12, 6, 5, 4), 20000, 3.0),
    "d3_36x20x17": ((36, 20, 17), 160000, 3.0), "x4_36x8x5x6": ((36, 8, 5, 6), 20000, 2.0),
}  # fmt: skip


def named(name: str, seed: int = 3) -> Instance:
    """An instance of a shape."""
    sizes, records, skew = SHAPES[name]
    return instance(name, sizes, records, seed, skew)
