"""Linear and integer programs over one component, solved by HiGHS: one thread, one seed, no clock.

Nothing here may depend on how fast the machine is: programs end when they are solved, or after a fixed amount of work.
"""

import highspy
import numpy as np
from numpy.typing import NDArray

from etl.disclosure.equations import BEYOND, Equations, Flags, Ints

Reals = NDArray[np.float64]
_WHOLE = 1e-6
_NODES = 5000
_FEW_CUTS = 10
_STRATEGY = int(highspy.simplex_constants.SimplexStrategy.kSimplexStrategyChoose)
"""From a solution that still fits, such as after a change of costs, the primal simplex is several times faster."""


def solver() -> highspy.Highs:
    """A quiet, deterministic solver."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("simplex_strategy", _STRATEGY)
    return highs


class Program:
    """Columns of numbers under the relations of a component, that can be asked one question after another.

    `copies` says which cell each column stands for, and `signs` whether it adds to the cell or takes away from it: a
    cell may be split into what it gains and what it loses.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a linear program
        self,
        equations: Equations,
        copies: Ints,
        signs: Ints,
        low: Reals,
        high: Reals,
        right: Ints,
        *,
        whole: bool | Flags,
        gap: float = 1e-4,
        nodes: int = _NODES,
    ) -> None:
        self.highs = solver()
        self.columns = len(copies)
        rows_of: list[list[tuple[int, float]]] = [[] for _ in range(equations.size)]
        for row, cell, weight in zip(
            equations.row_of.tolist(), equations.cell.tolist(), equations.weight.tolist(), strict=True
        ):
            rows_of[cell].append((row, weight))
        start, index, value = [0], [], []
        for cell, sign in zip(copies.tolist(), signs.tolist(), strict=True):
            for row, weight in rows_of[cell]:
                index.append(row)
                value.append(sign * weight)
            start.append(len(index))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.columns, equations.rows
        model.col_cost_ = np.zeros(self.columns)
        model.col_lower_, model.col_upper_ = low, np.where(high >= BEYOND, highspy.kHighsInf, high)
        model.row_lower_ = np.where(equations.equal, right, -highspy.kHighsInf).astype(float)
        model.row_upper_ = right.astype(float)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.array(start, dtype=np.int32)
        model.a_matrix_.index_ = np.array(index, dtype=np.int32)
        model.a_matrix_.value_ = np.array(value, dtype=float)
        if np.any(whole):
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            model.integrality_ = [kinds[one] for one in np.broadcast_to(whole, self.columns).tolist()]
            self.highs.setOptionValue("mip_max_nodes", nodes)
            self.highs.setOptionValue("mip_rel_gap", gap)
            if nodes < _NODES:  # a short search: what it has no use for later is not looked for
                self.highs.setOptionValue("mip_pool_soft_limit", _FEW_CUTS)
        self.highs.passModel(model)

    def bound(self, column: int, low: float, high: float) -> None:
        """Change the bounds of one column."""
        self.highs.changeColBounds(column, low, highspy.kHighsInf if high >= BEYOND else high)

    def cost(self, costs: Reals, offset: float = 0.0) -> None:
        """Set the cost of every column, and a fixed one: how near to the best an answer must be is a share of their sum."""
        self.highs.changeObjectiveOffset(offset)
        self.highs.changeColsCost(self.columns, np.arange(self.columns, dtype=np.int32), costs)

    def bounds(self, low: Reals, high: Reals) -> None:
        """Change the bounds of every column."""
        self.highs.changeColsBounds(self.columns, np.arange(self.columns, dtype=np.int32), low, high)

    def afresh(self) -> None:
        """Forget the last solution: where nothing at all is the best answer but for one bound, the way from there is short."""
        self.highs.setOptionValue("presolve", "off")
        self.highs.clearSolver()

    def cost_of(self, column: int, cost: float) -> None:
        """Set the cost of one column."""
        self.highs.changeColCost(column, cost)

    def reduced_costs(self) -> Reals:
        """For every column of the last solution, what one unit more of it would add to the least cost."""
        return np.array(self.highs.getSolution().col_dual)

    @property
    def iterations(self) -> int:
        """How many steps of the simplex method the last answer took."""
        return max(1, int(self.highs.getInfo().simplex_iteration_count))

    def least(self) -> tuple[float, Reals] | None:
        """The least cost found and a solution that has it; None when the program has no solution, or none was found."""
        self.highs.run()
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal or (
            status == highspy.HighsModelStatus.kSolutionLimit and self.highs.getSolution().value_valid
        ):
            return float(self.highs.getObjectiveValue()), np.array(self.highs.getSolution().col_value)
        return None


def whole(values: Reals) -> Ints | None:
    """The solution in whole numbers, or None when it is not one."""
    rounded = np.rint(values)
    return rounded.astype(np.int64) if np.abs(values - rounded).max(initial=0) < _WHOLE else None
