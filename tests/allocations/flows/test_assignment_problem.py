from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from allocations.flows.assignment_problem import Problem, Solution, solve

EMPTY = 1e3


@st.composite
def problems(draw):
    proposals, reviewers = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    worth = st.one_of(st.none(), st.integers(0, 10).map(lambda tenths: tenths / 10))
    caps = draw(st.lists(st.integers(1, 3), min_size=reviewers, max_size=reviewers))
    pairs = st.tuples(st.integers(0, proposals - 1), st.integers(0, reviewers - 1))
    return Problem(
        places=draw(st.lists(st.integers(0, 2), min_size=proposals, max_size=proposals)),
        free=[draw(st.integers(0, cap)) for cap in caps],
        caps=caps,
        merit=[[draw(worth) for _reviewer in caps] for _proposal in range(proposals)],
        institutions=[draw(st.sampled_from("AB")) for _reviewer in caps],
        suggested=frozenset(draw(st.sets(pairs, max_size=3))),
        most_suggested=[draw(st.integers(0, 1)) for _proposal in range(proposals)],
        load_weight=draw(st.sampled_from([0.0, 0.2])),
        diversity_weight=draw(st.sampled_from([0.0, 0.1])),
    )


def choices(problem, proposal):
    """Every set of reviewers that the proposal may have."""
    allowed = [r for r, merit in enumerate(problem.merit[proposal]) if merit is not None]
    for size in range(problem.places[proposal] + 1):
        for chosen in combinations(allowed, size):
            listed = sum((proposal, reviewer) in problem.suggested for reviewer in chosen)
            if listed <= problem.most_suggested[proposal]:
                yield chosen


def cost(problem, chosen):
    """What ``solve`` minimises, counted from its words."""
    total = 0.0
    for proposal, reviewers in enumerate(chosen):
        total += EMPTY * (problem.places[proposal] - len(reviewers))
        total -= sum(problem.merit[proposal][reviewer] for reviewer in reviewers)
        lists = {((proposal, r) in problem.suggested, problem.institutions[r]) for r in reviewers}
        total += problem.diversity_weight * (len(reviewers) - len(lists))
    for reviewer, (free, cap) in enumerate(zip(problem.free, problem.caps, strict=True)):
        count = sum(reviewer in reviewers for reviewers in chosen)
        steps = range(cap - free + 1, cap - free + count + 1)
        total += problem.load_weight * sum(used / cap for used in steps)
    return total


def cheapest(problem, *, chosen=()):
    """By trying everything."""
    loads = [sum(r in reviewers for reviewers in chosen) for r in range(len(problem.free))]
    if any(load > free for load, free in zip(loads, problem.free, strict=True)):
        return float("inf")
    if len(chosen) == len(problem.places):
        return cost(problem, chosen)
    return min(
        cheapest(problem, chosen=(*chosen, reviewers))
        for reviewers in choices(problem, len(chosen))
    )


@given(problems())
def test_a_solution_keeps_every_rule_and_nothing_is_better(problem):
    solution = solve(problem)

    chosen = [
        tuple(r for p, r in solution.pairs if p == proposal)
        for proposal in range(len(problem.places))
    ]
    assert all(
        reviewers in set(choices(problem, proposal)) for proposal, reviewers in enumerate(chosen)
    )
    assert round(cost(problem, chosen), 6) == round(cheapest(problem), 6)
    left = [places - len(found) for places, found in zip(problem.places, chosen, strict=True)]
    assert solution.missing == left


def test_nobody_takes_two_places_of_a_proposal():
    problem = Problem(
        places=[2], free=[5, 1], caps=[5, 1], merit=[[1.0, 0.1]], institutions=["A", "B"]
    )

    assert solve(problem) == Solution(pairs=[(0, 0), (0, 1)], missing=[0])


def test_a_better_pair_gives_way_where_else_a_place_would_stay_empty():
    problem = Problem(
        places=[1, 1],
        free=[1, 1],
        caps=[1, 1],
        merit=[[1.0, 0.1], [0.9, None]],
        institutions=["A", "B"],
    )

    assert solve(problem).pairs == [(0, 1), (1, 0)]


def test_another_institution_is_preferred_to_slightly_more_overlap():
    problem = Problem(
        places=[2],
        free=[1, 1, 1],
        caps=[1, 1, 1],
        merit=[[0.9, 0.85, 0.8]],
        institutions=["A", "A", "B"],
        diversity_weight=0.1,
    )

    assert solve(problem).pairs == [(0, 0), (0, 2)]


def test_places_that_nobody_may_take_are_counted():
    problem = Problem(places=[3], free=[1, 1], caps=[1, 1], merit=[[0.5, None]], institutions="AB")

    assert solve(problem) == Solution(pairs=[(0, 0)], missing=[2])
