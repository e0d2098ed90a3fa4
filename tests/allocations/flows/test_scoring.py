import math
import random
from dataclasses import dataclass

from allocations.flows import scoring
from allocations.flows.scoring import calibrate, distribution, summarise


@dataclass(frozen=True)
class Criterion:
    name: str
    threshold: int = 3


@dataclass(frozen=True)
class Policy:
    disagreement_range: int = 2


EXCELLENCE, IMPACT = Criterion("excellence"), Criterion("impact")


def test_sums_spread_and_thresholds_of_three_reviews():
    reviews = [{EXCELLENCE: 5, IMPACT: 3}, {EXCELLENCE: 3, IMPACT: 2}, {EXCELLENCE: 4, IMPACT: 2}]

    summary = summarise(reviews, Policy())

    assert (summary.totals, summary.mean) == ([8, 5, 6], 19 / 3)
    assert round(summary.deviation, 4) == 1.5275
    assert summary.ranges == {EXCELLENCE: 2, IMPACT: 1}
    assert (summary.disagree, summary.below) == (True, [IMPACT])


def test_a_range_below_the_policys_is_no_disagreement():
    assert summarise([{EXCELLENCE: 4}, {EXCELLENCE: 3}], Policy()).disagree is False


def test_who_abstains_has_no_sum_but_the_other_scores_count():
    summary = summarise([{EXCELLENCE: None, IMPACT: 4}, {EXCELLENCE: 3, IMPACT: 2}], Policy())

    assert (summary.totals, summary.ranges) == ([5], {EXCELLENCE: 0, IMPACT: 2})


def test_nothing_to_sum_up():
    summary = summarise([], Policy())

    assert (summary.mean, summary.deviation, summary.disagree) == (None, None, False)


def test_distribution_shows_the_whole_scale():
    assert distribution([5, 3, 5], least=3, most=5) == [(3, 1), (4, 0), (5, 2)]


def test_calibration_of_two_proposals_by_hand():
    """Reviewers a and b score both proposals; c scores one, too little to be calibrated.

    With ridge 1 the equations are, for qualities p, q and biases a, b:
    3p + a + b = 36 (c's 12 counts as it is), 2q + a + b = 16,
    p + q + 3a = 24, p + q + 3b = 16. From the last two a - b = 8/3; with S = a + b:
    p = 12 - S/3, q = 8 - S/2, 2(p + q) + 3S = 40 gives 40 - 5S/3 + 3S = 40, so S = 0.
    """
    scores = {("p", "a"): 14, ("q", "a"): 10, ("p", "b"): 10, ("q", "b"): 6, ("p", "c"): 12}

    found = calibrate(scores, ridge=1.0, overlap=2)

    assert {name: round(row.score, 9) for name, row in found.quality.items()} == {"p": 12, "q": 8}
    assert {name: round(row.score, 6) for name, row in found.bias.items()} == {
        "a": round(4 / 3, 6),
        "b": round(-4 / 3, 6),
    }
    assert (round(found.mean, 9), found.left_out) == (10, {"c"})


def test_known_biases_are_found_within_their_uncertainty():
    chance = random.Random(26)
    quality = {f"p{n}": chance.uniform(5, 14) for n in range(60)}
    bias = {"mild": 2.0, "fair": 0.0, "strict": -2.0, "odd": 0.0, "kind": 1.0, "harsh": -1.0}
    scores = {
        (proposal, reviewer): worth + bias[reviewer] + chance.gauss(0, 0.8)
        for proposal, worth in quality.items()
        for reviewer in chance.sample(sorted(bias), 3)
    }

    found = calibrate(scores, ridge=0.5, overlap=4)

    misses = [abs(row.score - bias[reviewer]) / row.error for reviewer, row in found.bias.items()]
    assert max(misses) < 3
    raw = {p: [s for (q, _r), s in scores.items() if q == p] for p in quality}
    wrong = sum((sum(v) / 3 - quality[p]) ** 2 for p, v in raw.items())
    adjusted = sum((found.quality[p].score - quality[p]) ** 2 for p in quality)
    assert adjusted < 0.6 * wrong


def test_without_overlap_nothing_is_calibrated():
    assert calibrate({("p", "a"): 10, ("q", "b"): 12}, ridge=1.0, overlap=1) is None


def test_without_numpy_nothing_is_calibrated(monkeypatch):
    monkeypatch.setattr(scoring, "np", None)

    assert calibrate({("p", "a"): 10, ("p", "b"): 12}, ridge=1.0, overlap=1) is None


def test_two_scores_have_no_uncertainty_to_show():
    found = calibrate({("p", "a"): 10, ("p", "b"): 12}, ridge=1.0, overlap=1)

    assert math.isnan(found.bias["a"].error)
