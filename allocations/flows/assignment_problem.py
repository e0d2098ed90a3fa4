"""Who reviews what, as an assignment problem that ``scipy`` solves exactly.

    solve(Problem(places=[2], free=[1, 1, 1], caps=[1, 1, 1], merit=[[0.9, 0.1, None]],
                  institutions=["A", "B", "C"]))  # Solution(pairs=[(0, 0), (0, 1)], missing=[0])

Each place of a proposal is a row, each review that a reviewer can take is a column. Between
them stand *joints*, one for each pair and for each further reviewer of an institution: a joint
is both a row and a column, joined to itself for nothing, and every joint's column is taken. A
place that takes it forces the joint's row onwards, so no reviewer gets two places of a proposal,
and what a joint costs is paid once. Columns that nobody needs are taken by rows that cost nothing.
"""

from dataclasses import dataclass, field

try:
    import numpy as np
    from scipy.optimize import linear_sum_assignment
except ImportError:  # both are optional to install
    np = linear_sum_assignment = None

NEVER = 1e6  # no assignment that can be made costs as much
MISSING = 1e3  # a place left empty: more than all weights of a place together


@dataclass(frozen=True, kw_only=True)
class Problem:
    """``merit[p][r]`` is the worth of reviewer r for proposal p, ``None`` where forbidden.

    ``free`` is how many more reviews each may take, of ``caps``. ``suggested`` are pairs from
    the applicants' lists, of which a proposal gets at most ``most_suggested``.
    """

    places: list[int]
    free: list[int]
    caps: list[int]
    merit: list[list[float | None]]
    institutions: list[str]
    suggested: frozenset[tuple[int, int]] = frozenset()
    most_suggested: list[int] = field(default_factory=list)
    load_weight: float = 0.0
    diversity_weight: float = 0.0


@dataclass(frozen=True)
class Solution:
    """The chosen ``(proposal, reviewer)`` pairs, in order, and the empty places of each."""

    pairs: list[tuple[int, int]]
    missing: list[int]


def is_available():
    return linear_sum_assignment is not None


def solve(problem):
    """Fill as many places as can be filled, and of these ways take the best.

    The worth of an assignment is the sum of merits, less ``load_weight`` times the part of
    the capacity that each review takes up, less ``diversity_weight`` for each further
    reviewer of an institution on the same list of a proposal.
    """
    graph = _Graph()
    for reviewer, (free, cap) in enumerate(zip(problem.free, problem.caps, strict=True)):
        for place in range(free):
            used = (cap - free + place + 1) / cap
            graph.sink(("load", reviewer), problem.load_weight * used)
    for proposal in range(len(problem.places)):
        _add_proposal(graph, problem, proposal)
    pairs = sorted(graph.chosen_pairs())
    filled = [proposal for proposal, _reviewer in pairs]
    missing = [places - filled.count(proposal) for proposal, places in enumerate(problem.places)]
    return Solution(pairs=pairs, missing=missing)


def _add_proposal(graph, problem, proposal):
    groups = {}
    for reviewer, merit in enumerate(problem.merit[proposal]):
        if merit is not None and problem.free[reviewer]:
            graph.joint(("pair", proposal, reviewer))
            graph.edge(("pair", proposal, reviewer), ("load", reviewer), 0.0)
            listed = (proposal, reviewer) in problem.suggested
            groups.setdefault((listed, problem.institutions[reviewer]), []).append(reviewer)
    most = problem.most_suggested[proposal] if problem.most_suggested else 0
    sources = [("place", proposal, number) for number in range(problem.places[proposal])]
    for source in sources:
        graph.source(source)
    for (listed, institution), reviewers in groups.items():
        open_to = sources[:most] if listed else sources
        for number in range(min(len(reviewers), len(open_to))):
            group = ("group", proposal, listed, institution, number)
            graph.joint(group)
            for source in open_to:
                graph.edge(source, group, problem.diversity_weight if number else 0.0)
            for reviewer in reviewers:
                merit = problem.merit[proposal][reviewer]
                graph.edge(group, ("pair", proposal, reviewer), -merit)


class _Graph:
    """Rows and columns by name; a name may have several columns that differ in cost."""

    def __init__(self):
        self.rows, self.columns, self.edges = {}, {}, []
        self.column_costs, self.ends = [], []

    def source(self, name):
        self.rows[name] = len(self.rows)
        self.sink(("empty", name), MISSING)
        self.edge(name, ("empty", name), 0.0)

    def sink(self, name, cost):
        self.ends.append(self._column(name, cost))

    def joint(self, name):
        self.rows[name] = len(self.rows)
        self._column(name, 0.0)
        self.edge(name, name, 0.0)

    def edge(self, row, column, cost):
        self.edges.append((row, column, cost))

    def chosen_pairs(self):
        """The pairs whose joint is passed through."""
        size = len(self.column_costs)
        costs = np.full((size, size), NEVER)
        costs[len(self.rows) :, self.ends] = 0.0
        for row, name, cost in self.edges:
            for column in self.columns.get(name, ()):
                costs[self.rows[row], column] = cost + self.column_costs[column]
        names = {column: name for name, found in self.columns.items() for column in found}
        for name, column in zip(self.rows, linear_sum_assignment(costs)[1], strict=False):
            taken = names[column]
            if taken[0] == "pair" and taken != name:
                yield taken[1], taken[2]

    def _column(self, name, cost):
        self.columns.setdefault(name, []).append(len(self.column_costs))
        self.column_costs.append(cost)
        return len(self.column_costs) - 1
