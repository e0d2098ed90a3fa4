"""GPU-hours, thresholds, storage and energy, by hand-worked figures."""

import dataclasses

import pytest

from allocations.estimates import (
    GPUS,
    Task,
    Threshold,
    Work,
    estimate,
    flop_in,
    flop_of,
    makes_provider,
    state_bytes,
    storage_bytes,
    threshold_of,
)

SUSTAINED, PEAK, FP8_PEAK = 400e12, 989e12, 1979e12

WORK = Work(
    task=Task.TRAIN,
    parameters=7e9,
    tokens=1e12,
    precision="bf16",
    utilisation=0.4,
    margin=0,
    gpus=256,
    job_seconds=12 * 3600,
)


def changed(**fields):
    return dataclasses.replace(WORK, **fields)


def rounded(number):
    """To two figures, as published tables have them."""
    return float(f"{number:.1e}")


@pytest.mark.parametrize(
    ("gpu_hours", "at_40_percent", "at_peak"),
    [
        (5_000, 7.2e21, 1.8e22),
        (50_000, 7.2e22, 1.8e23),
        (69_400, 1.0e23, 2.5e23),
        (2_400_000, 3.5e24, 8.5e24),
        (6_940_000, 1.0e25, 2.5e25),
    ],
)
def test_gpu_hours_are_operations(gpu_hours, at_40_percent, at_peak):
    assert rounded(flop_in(gpu_hours, flop_per_second=SUSTAINED)) == at_40_percent
    assert rounded(flop_in(gpu_hours, flop_per_second=PEAK)) == at_peak


def test_the_largest_award_can_pass_the_systemic_line_in_fp8():
    flop = flop_in(2_400_000, flop_per_second=FP8_PEAK)

    assert (rounded(flop), threshold_of(flop)) == (1.7e25, Threshold.SYSTEMIC)


@pytest.mark.parametrize(
    ("flop", "threshold"),
    [
        (7.2e21, Threshold.BELOW),
        (1e23, Threshold.BELOW),
        (1.0001e23, Threshold.GPAI),
        (1e25, Threshold.GPAI),
        (1.0001e25, Threshold.SYSTEMIC),
    ],
)
def test_thresholds_are_passed_by_more_than_themselves(flop, threshold):
    assert threshold_of(flop) is threshold


@pytest.mark.parametrize(("flop", "provider"), [(1e24, False), (1.01e24, True)])
def test_more_than_a_third_makes_a_modifier_the_provider(flop, provider):
    assert makes_provider(flop, original_flop=3e24) is provider


@pytest.mark.parametrize(
    ("task", "flop"),
    [
        (Task.TRAIN, 4.2e22),
        (Task.FINE_TUNE, 4.2e22),
        (Task.LORA, 2.8e22),
        (Task.INFERENCE, 1.4e22),
    ],
)
def test_each_task_takes_its_operations(task, flop):
    assert flop_of(changed(task=task)) == flop


@pytest.mark.parametrize(
    ("gpu", "precision", "gpu_hours"),
    [
        ("gh200", "bf16", 29_491),
        ("gh200", "fp8", 14_738),
        ("gh200", "fp32", 58_982),
        ("a100", "bf16", 93_483),
        ("a100", "fp32", 186_966),
    ],
)
def test_seven_billion_parameters_and_a_trillion_tokens(gpu, precision, gpu_hours):
    assert round(estimate(changed(precision=precision), GPUS[gpu]).gpu_hours) == gpu_hours


def test_half_the_utilisation_takes_twice_the_hours_and_the_margin_comes_on_top():
    whole = estimate(WORK, GPUS["gh200"]).gpu_hours
    slow = estimate(changed(utilisation=0.2), GPUS["gh200"]).gpu_hours
    failing = estimate(changed(margin=0.25), GPUS["gh200"])

    assert slow == pytest.approx(2 * whole)
    assert failing.gpu_hours == pytest.approx(1.25 * whole)
    assert failing.flop == 4.2e22


@pytest.mark.parametrize(
    ("gpus", "charged", "factor"), [(1, 4, 4), (3, 4, 4 / 3), (4, 4, 1), (6, 8, 8 / 6)]
)
def test_whole_nodes_are_charged(gpus, charged, factor):
    result = estimate(changed(gpus=gpus), GPUS["gh200"])

    assert result.charged_gpus == charged
    assert result.gpu_hours == pytest.approx(29_490.95 * factor, rel=1e-4)


def test_wall_time_is_cut_into_jobs_of_twelve_hours():
    result = estimate(WORK, GPUS["gh200"])

    assert (round(result.wall_seconds / 3600, 1), result.pieces) == (115.2, 10)
    assert estimate(changed(gpus=8192), GPUS["gh200"]).pieces == 1


def test_energy_is_hours_times_watts():
    result = estimate(WORK, GPUS["gh200"])

    assert round(result.energy_kwh) == round(29_490.95 * 0.68)


@pytest.mark.parametrize(
    ("task", "state", "storage"),
    [
        (Task.TRAIN, 112e9, 6294e9),
        (Task.FINE_TUNE, 112e9, 6294e9),
        (Task.LORA, 15.12e9, 6016.94e9),
        (Task.INFERENCE, 14e9, 6014e9),
    ],
)
def test_memory_and_storage_follow_from_bytes_per_parameter(task, state, storage):
    work = changed(task=task)

    assert (state_bytes(work), storage_bytes(work)) == pytest.approx((state, storage))


@pytest.mark.parametrize(("gpu", "least"), [("gh200", 2), ("a100", 4)])
def test_a_model_needs_a_least_number_of_gpus(gpu, least):
    assert estimate(WORK, GPUS[gpu]).least_gpus == least


def test_a_superchip_of_jupiter_draws_680_watts():
    assert (GPUS["gh200"].watts, GPUS["gh200"].memory) == (680, 96 * 10**9)
