"""A constraint solver in a process of its own: its library brings another HiGHS along, which cannot be loaded beside ours.

One question a line on stdin: sums of unknown whole numbers that are known to lie between two ends, and the sums that
are asked for. One answer a line on stdout: for each the least and the greatest it can be, exactly; null when nothing
fits.
"""

import json
import sys

from ortools.sat.python import cp_model

PLENTY = 100_000


def parts(sums, asked):
    """Unknowns that share no sum cannot tell of each other: the number of its part for each unknown."""
    above = {}

    def top(name):
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for names in (*(each[0] for each in sums), *asked):
        for name in names:
            above[top(name)] = top(names[0])
    return {name: top(name) for name in above}


def intervals(sums, asked):
    """The ends of every sum that is asked for, one model for each part."""
    part = parts(sums, [])
    for names in asked:
        part.update({name: part.get(name, name) for name in names})
    models = {place: (cp_model.CpModel(), {}) for place in set(part.values())}
    for name, place in part.items():
        models[place][1][name] = models[place][0].new_int_var(0, PLENTY, "")
    for names, weights, least, most in sums:
        if names:
            model, columns = models[part[names[0]]]
            terms = [columns[name] for name in names]
            model.add_linear_constraint(cp_model.LinearExpr.weighted_sum(terms, weights), least, most)
        elif not least <= 0 <= most:
            return None
    found = []
    for names in asked:
        ends = [0, 0]
        for place in {part[name] for name in names}:
            model, columns = models[place]
            some = cp_model.LinearExpr.sum([columns[name] for name in names if part[name] == place])
            for end, ask in enumerate((model.minimize, model.maximize)):
                ask(some)
                solver = cp_model.CpSolver()
                solver.parameters.num_workers = 1
                solver.parameters.random_seed = 0
                if solver.solve(model) != cp_model.OPTIMAL:
                    return None
                ends[end] += round(solver.objective_value)
        found.append(ends)
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        question = json.loads(line)
        sys.stdout.write(json.dumps(intervals(question["sums"], question["asked"])) + "\n")
        sys.stdout.flush()
