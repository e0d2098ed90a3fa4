"""Methods that foresee waits: what they learn, when, and how they are scored."""

from random import Random

import pytest

from allocations.scheduler.backtest import Score, backtest, pinball, score, score_by_size
from allocations.scheduler.hindsight import Submission
from allocations.scheduler.methods import LastSimilar, Neighbours, Reservation, quantile


def submission(at=0, *, wait=0, size="small", nodes=8, limit=3600, easy_wait=100, work=0):
    return Submission(at, size, nodes, limit, easy_wait, work, wait)


class Notes:
    """A method that writes down what it is told, in order."""

    def __init__(self):
        self.told = []

    def foresee(self, job):
        self.told.append(("submitted", job.at))
        return (0, 0, 0)

    def learn(self, job):
        self.told.append(("started", job.at))


def test_a_wait_is_learned_when_the_job_has_started_and_no_sooner():
    notes = Notes()

    backtest([submission(0, wait=10), submission(5, wait=1), submission(10), submission(11)], notes)

    assert notes.told == [
        ("submitted", 0),
        ("submitted", 5),
        ("started", 5),
        ("started", 0),
        ("submitted", 10),
        ("started", 10),
        ("submitted", 11),
    ]


def test_the_reservation_is_the_plain_schedules():
    assert Reservation().foresee(submission(easy_wait=70)) == (70, 70, 70)


def test_the_last_fifty_similar_jobs_have_a_median():
    method = LastSimilar()
    assert method.foresee(submission(easy_wait=70)) == (70, 70, 70)
    for wait in range(60):
        method.learn(submission(wait=wait))
    method.learn(submission(wait=9999, size="large"))
    method.learn(submission(wait=9999, limit=3601))

    assert method.foresee(submission()) == (34.5,) * 3  # of 10 to 59


def test_neighbours_are_those_who_asked_for_and_found_about_the_same():
    method = Neighbours()
    for number in range(500):
        method.learn(submission(wait=10 + number % 5, limit=600))
        method.learn(submission(wait=5000 + number % 5, limit=36_000))

    low, middle, high = method.foresee(submission(limit=650))
    assert (round(low), round(middle), round(high)) == (10, 12, 14)
    assert round(method.foresee(submission(limit=30_000))[1]) == 5002


def test_a_class_that_nothing_is_known_of_is_foreseen_from_the_queue():
    assert Neighbours().foresee(submission(easy_wait=100)) == (0, 100, 3800)


@pytest.mark.parametrize("drift", [1.0, 1.002, 0.998])
def test_ranges_stay_calibrated_though_waits_drift(drift):
    """Waits that nothing explains grow or shrink a hundredfold."""
    rng = Random(5)
    jobs = [
        submission(10**6 * number, wait=int(1000 * drift**number * rng.lognormvariate(0, 1)))
        for number in range(2500)
    ]

    foreseen = backtest(jobs, Neighbours())

    assert score(jobs[1250:], foreseen[1250:]).coverage == pytest.approx(0.8, abs=0.04)


def test_quantiles_are_in_order():
    rng = Random(6)
    jobs = [
        submission(60 * number, wait=int(rng.lognormvariate(5, 3)), work=rng.randrange(10**6))
        for number in range(600)
    ]

    assert all(low <= middle <= high for low, middle, high in backtest(jobs, Neighbours()))


def test_a_method_does_not_look_at_the_wait_it_foresees():
    method = Neighbours()
    for number in range(100):
        method.learn(submission(wait=number))

    assert method.foresee(submission(wait=1)) == method.foresee(submission(wait=10**6))


@pytest.mark.parametrize(
    ("value", "level", "loss"), [(10, 0.1, 0.5), (10, 0.9, 4.5), (2, 0.1, 2.7), (5, 0.5, 0)]
)
def test_pinball_weighs_by_the_level(value, level, loss):
    assert pinball(value, 5, level) == pytest.approx(loss)


def test_a_score_is_of_coverage_and_loss_and_by_size():
    jobs = [submission(wait=10), submission(wait=30, size="large")]
    foreseen = [(0, 10, 20), (0, 10, 20)]

    assert score(jobs, foreseen) == Score(
        jobs=2,
        coverage=0.5,
        pinball=pytest.approx(((1 + 0 + 1) / 3 + (3 + 10 + 9) / 3) / 2),
        median_loss=5,
    )
    assert {size: found.coverage for size, found in score_by_size(jobs, foreseen).items()} == {
        "small": 1,
        "large": 0,
    }


def test_a_quantile_lies_between_two_values():
    assert [quantile([1, 2, 4], level) for level in (0, 0.25, 0.5, 0.75, 1)] == [1, 1.5, 2, 3, 4]
    assert quantile([7], 0.9) == 7
