"""Administrators change the rules of a queue; the history keeps who, when, what and why."""

from decimal import Decimal

import pytest

from allocations.exceptions import ParametersNotPossible
from allocations.flows import regulation
from allocations.models import SchedulingParameters
from jaif_portal import clock
from jaif_portal.exceptions import NotPermitted
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations.machine import empty_booster
from tests.onboarding.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def partition(frozen_clock):
    return empty_booster()


@pytest.fixture
def administrator(db):
    return UserFactory(role=Role.ADMINISTRATOR)


def history(subject):
    return [(step.by, step.at, step.note) for step in Transition.objects.of(subject)]


def test_a_change_of_weights_is_in_the_history(partition, administrator):
    values = {"priority_weight_age": 1, "bf_window": None, "bf_interval": 30}

    regulation.change_parameters(partition, by=administrator, reason="Test week", **values)

    row = SchedulingParameters.objects.get(partition=partition)
    step = Transition.objects.of(partition).get()
    assert (row.priority_weight_age, row.bf_window) == (1, None)
    assert (step.by, step.note) == (
        administrator,
        "priority_weight_age: 20000 → 1\nbf_window: 86400 → –\nTest week",
    )


def test_a_change_of_policy_is_in_the_history(partition, administrator):
    values = {"policy": "slurm", "background_load": Decimal("0.5"), "seed": partition.seed}

    regulation.change_partition(partition, by=administrator, reason="Fair shares", **values)

    partition.refresh_from_db()
    assert (partition.policy, partition.background_load) == ("slurm", Decimal("0.500"))
    note = "policy: easy → slurm\nbackground_load: 0.000 → 0.5\nFair shares"
    assert history(partition) == [(administrator, clock.now(), note)]


def test_a_new_qos_and_its_changes_are_in_the_history(partition, administrator):
    known = {"by": administrator, "reason": "Summer school"}

    qos = regulation.offer_qos(partition, name="course", priority=5, max_wall=None, **known)
    regulation.change_qos(qos, max_submit_per_user=3, priority=5, **known)

    qos.refresh_from_db()
    assert (qos.name, qos.priority, qos.max_submit_per_user) == ("course", 5, 3)
    assert [note for _by, _at, note in history(qos)] == [
        "name: – → course\npriority: 0 → 5\nSummer school",
        "max_submit_per_user: – → 3\nSummer school",
    ]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"bf_interval": 30}, "Nothing would change."),
        (
            {"priority_calc_period": 500},
            "The half-life has to be a multiple of the period of priorities.",
        ),
    ],
)
def test_parameters_that_say_nothing_or_do_not_fit_are_refused(
    partition, administrator, values, message
):
    with pytest.raises(ParametersNotPossible) as refusal:
        regulation.change_parameters(partition, by=administrator, reason="Test", **values)

    assert str(refusal.value) == message
    assert not SchedulingParameters.objects.exists()


def test_only_administrators_change_weights(partition):
    officer = UserFactory(role=Role.ACCESS_OFFICER)

    with pytest.raises(NotPermitted):
        regulation.change_parameters(partition, by=officer, reason="No", priority_weight_age=1)


def test_a_change_that_changes_nothing_is_refused(partition, administrator):
    with pytest.raises(ParametersNotPossible):
        regulation.change_partition(
            partition, by=administrator, reason="Why not", policy=partition.policy
        )

    assert history(partition) == []
