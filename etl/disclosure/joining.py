"""In what order the tables of the same people can be joined, record by record, if they can: acyclic hypergraphs.

A shape is the dimensions of some figures and how deep each goes; tables of one shape share all their dimensions. Shapes
that hang together as a tree need nothing but their common margins to be tables of the same records (decomposable models;
Lauritzen 1996). Shapes that close a circle (A by B, B by C, C by A) do not: then the full table has to be looked at.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from etl.disclosure.columns import Columns

Node = tuple[str, int]
"""A dimension and a level of it: a month has those of its year and its quarter too."""

Shape = frozenset[Node]


class Circle(ValueError):
    """The shapes close a circle in some dimensions, or do not say which of their columns count the same records."""

    def __init__(self, dimensions: frozenset[str]) -> None:
        self.dimensions = dimensions
        super().__init__(", ".join(sorted(dimensions)))


def joined(shapes: Mapping[Shape, frozenset[str]], columns: Columns) -> tuple[Shape, ...]:
    """In what order the figures of some shapes (with the columns of each) can be joined. Raises Circle where in none."""
    links = _tree(shapes)
    order = sorted(shapes, key=lambda shape: (-len(shapes[shape]), -len(shape), sorted(shape)))
    for root in order:
        steps = _from(root, links, shapes, columns)
        if steps:
            return steps
    raise Circle(frozenset(dimension for shape in shapes for dimension, _ in shape))


def _tree(shapes: Mapping[Shape, frozenset[str]]) -> Mapping[Shape, list[Shape]]:
    """Which shapes hang on which: taken off one after another, each from the smallest it can hang on (Graham's reduction)."""
    left = {shape: frozenset[Node | str](shape) | names for shape, names in shapes.items()}
    uses = Counter(node for nodes in left.values() for node in nodes)
    links: dict[Shape, list[Shape]] = {shape: [] for shape in shapes}
    waiting = sorted(left, key=lambda shape: (len(left[shape]), sorted(shape)))
    while len(left) > 1:
        for shape in waiting:
            shared = {node for node in left[shape] if uses[node] > 1}
            other = next((each for each in waiting if each != shape and shared <= left[each]), None)
            if other is not None:
                break
        else:
            raise Circle(frozenset(name for some in left for name, level in some if uses[name, level] > 1))
        uses.subtract(left.pop(shape))
        waiting.remove(shape)
        links[shape].append(other)
        links[other].append(shape)
    return links


def _from(
    root: Shape, links: Mapping[Shape, Sequence[Shape]], shapes: Mapping[Shape, frozenset[str]], columns: Columns
) -> tuple[Shape, ...] | None:
    """The order that begins with one shape; None where columns do not say which records they share."""
    steps, waiting = [root], [(shape, root) for shape in links[root]]
    while waiting:
        waiting.sort(key=lambda each: (len(each[0]), sorted(each[0])))
        shape, parent = waiting.pop()  # the largest first
        new = shapes[shape] - shapes[parent]
        told = columns.beside(new) if shape <= parent else shapes[shape]  # of records that stand at its places already
        shared = told & shapes[shape] & shapes[parent]
        if not columns.tell(shared):
            return None
        steps.append(shape)
        waiting += [(other, shape) for other in links[shape] if other != parent]
    return tuple(steps)
