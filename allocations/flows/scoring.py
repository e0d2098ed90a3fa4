"""What scores say: sums, spread, disagreement, and an advisory calibration of reviewers."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

try:
    import numpy as np
except ImportError:  # optional to install, as scipy is
    np = None


@dataclass(frozen=True)
class Summary:
    """The sums of a proposal's submitted reviews; those that abstain somewhere have no sum."""

    totals: list[int] = field(default_factory=list)
    ranges: dict = field(default_factory=dict)
    mean: float | None = None
    deviation: float | None = None
    disagree: bool = False
    below: list = field(default_factory=list)


@dataclass(frozen=True)
class Adjusted:
    """A proposal's score without its reviewers' estimated bias, and its standard error."""

    score: float
    error: float


@dataclass(frozen=True)
class Calibration:
    """The estimate of ``s_ij = mean + quality_i + bias_j``; biases have their standard errors.

    ``left_out`` are reviewers with too few overlapping reviews, whose bias counts as none.
    """

    mean: float
    quality: dict
    bias: dict
    left_out: set


def summarise(reviews, policy):
    """``reviews`` are ``[{criterion: score or None}]``; criteria know their threshold."""
    totals = [sum(scores.values()) for scores in reviews if None not in scores.values()]
    by_criterion = defaultdict(list)
    for scores in reviews:
        for criterion, value in scores.items():
            if value is not None:
                by_criterion[criterion].append(value)
    ranges = {row: max(values) - min(values) for row, values in by_criterion.items()}
    mean = sum(totals) / len(totals) if totals else None
    return Summary(
        totals=totals,
        ranges=ranges,
        mean=mean,
        deviation=_deviation(totals),
        disagree=any(width >= policy.disagreement_range for width in ranges.values()),
        below=[
            row for row, values in by_criterion.items() if sum(values) / len(values) < row.threshold
        ],
    )


def distribution(values, *, least, most):
    """How often each score of the scale was given: ``[(score, count)]``."""
    counts = Counter(values)
    return [(score, counts[score]) for score in range(least, most + 1)]


def calibrate(scores, *, ridge, overlap):
    """Estimate how strictly each reviewer scores; ``scores`` is ``{(proposal, reviewer): sum}``.

    Least squares with the penalty ``ridge`` times each squared bias, so that a bias is only
    believed as far as the overlap with others shows it. A review overlaps where another
    reviewer scored the same proposal. Answers ``None`` without numpy, or where nobody has
    ``overlap`` overlapping reviews.
    """
    proposals = Counter(proposal for proposal, _reviewer in scores)
    overlaps = Counter(reviewer for proposal, reviewer in scores if proposals[proposal] > 1)
    reviewers = sorted(row for row, count in overlaps.items() if count >= overlap)
    if np is None or not reviewers:
        return None
    rows, columns = sorted(proposals), {row: at for at, row in enumerate(reviewers)}
    places = {row: at for at, row in enumerate(rows)}
    design = np.zeros((len(scores), len(rows) + len(reviewers)))
    for at, (proposal, reviewer) in enumerate(scores):
        design[at, places[proposal]] = 1
        if reviewer in columns:
            design[at, len(rows) + columns[reviewer]] = 1
    given = np.array(list(scores.values()), dtype=float)
    penalty = np.diag([0.0] * len(rows) + [ridge] * len(reviewers))
    inverse = np.linalg.inv(design.T @ design + penalty)
    found = inverse @ design.T @ given
    errors = _standard_errors(design, given, found, inverse)
    mean = float(found[: len(rows)].mean())
    estimates = [
        Adjusted(float(value), float(error)) for value, error in zip(found, errors, strict=True)
    ]
    return Calibration(
        mean=mean,
        quality=dict(zip(rows, estimates, strict=False)),
        bias=dict(zip(reviewers, estimates[len(rows) :], strict=True)),
        left_out={reviewer for _proposal, reviewer in scores} - set(reviewers),
    )


def _standard_errors(design, given, found, inverse):
    """From the spread that is left over; with as many unknowns as scores it cannot be told."""
    hat = design @ inverse @ design.T
    freedom = len(given) - float(np.trace(hat))
    if freedom < 1:
        return np.full(len(found), np.nan)
    variance = float(((given - design @ found) ** 2).sum()) / freedom
    covariance = variance * inverse @ (design.T @ design) @ inverse
    return np.sqrt(np.diag(covariance))


def _deviation(totals):
    if len(totals) < 2:  # noqa: PLR2004  # one value has no spread
        return None
    mean = sum(totals) / len(totals)
    return math.sqrt(sum((total - mean) ** 2 for total in totals) / (len(totals) - 1))
