"""Administrators change how a partition weighs jobs at their desk."""

import pytest

from allocations.flows.multifactor import parameters_of
from allocations.models import Partition
from jaif_portal.models import Transition
from onboarding.models import Role
from tests.allocations.admin.desk import READERS, address, offered_acts, perform, sign_in
from tests.allocations.machine import advance, empty_booster

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ACT = "change-weights"
DEFAULTS = {
    "priority_weight_age": 20000,
    "priority_weight_fairshare": 50000,
    "priority_weight_job_size": 20000,
    "priority_weight_qos": 100000,
    "priority_max_age": 604800,
    "priority_decay_half_life": 604800,
    "priority_calc_period": 300,
    "bf_interval": 30,
    "bf_resolution": 60,
    "bf_window": 86400,
    "bf_max_job_test": 500,
    "bf_job_part_count_reserve": 0,
}


@pytest.fixture
def booster(monday):
    booster = empty_booster()
    booster.policy = "slurm"
    booster.save()
    return booster


@pytest.mark.parametrize("role", READERS)
def test_only_administrators_change_weights(client, booster, role):
    sign_in(client, role)

    offered = offered_acts(client, booster)[ACT]
    page = perform(
        client, booster, ACT, **{**DEFAULTS, "priority_weight_age": 7}, reason="Old jobs starve"
    )

    in_charge = role == Role.ADMINISTRATOR
    assert offered == ("" if in_charge else "Your role does not allow this here.")
    assert page.status_code == (200 if in_charge else 403)
    assert parameters_of(booster).priority_weight_age == (7 if in_charge else 20000)


def test_the_form_shows_what_counts_now_and_the_page_who_changed_it(client, booster):
    person = sign_in(client, Role.ADMINISTRATOR)

    form = client.get(address("partition", "act", booster.pk, ACT)).context["form"]
    page = perform(client, booster, ACT, **{**DEFAULTS, "bf_window": ""}, reason="Plan without end")

    assert {name: form.initial[name] for name in DEFAULTS} == DEFAULTS
    step = Transition.objects.of(booster).get()
    assert (step.by, step.note) == (person, "bf_window: 86400 → –\nPlan without end")
    assert "bf_window: 86400 → –" in page.content.decode()


def test_weights_are_of_use_only_with_their_policy(client, booster):
    Partition.objects.update(policy="easy")
    sign_in(client, Role.ADMINISTRATOR)

    assert offered_acts(client, booster)[ACT] == (
        "The partition’s policy goes by no weights. Choose the one like Slurm’s first."
    )


def test_choosing_a_policy_never_takes_the_queue_back(client, booster, monkeypatch):
    sign_in(client, Role.ADMINISTRATOR)
    page = client.get(address("partition", "change", booster.pk))
    initial = page.context["adminform"].form.initial
    answers = {name: value for name, value in initial.items() if value is not None}
    full_clean = Partition.full_clean

    def full_clean_meanwhile(self, *args, **kwargs):
        """A step of the queue comes between the reading of the row and its writing."""
        advance(Partition.objects.get(pk=self.pk), seconds=60)
        full_clean(self, *args, **kwargs)

    monkeypatch.setattr(Partition, "full_clean", full_clean_meanwhile)
    answers |= {"policy": "easy-sjbf", "reason": "Short jobs first"}
    client.post(address("partition", "change", booster.pk), answers)

    before = booster.advanced_until
    booster.refresh_from_db()
    assert (booster.policy, (booster.advanced_until - before).seconds) == ("easy-sjbf", 60)


@pytest.mark.parametrize("role", READERS)
def test_administrators_change_what_a_qos_offers(client, booster, role):
    person = sign_in(client, role)
    devel = booster.qos.get()
    answers = {
        "priority": 1,
        "max_wall": 600,
        "grp_nodes": 8,
        "max_submit_per_user": 20,
        "usage_factor": "1.5",
        "reason": "Shorter",
    }

    before = client.get(address("qos", "change", devel.pk))
    page = client.post(address("qos", "change", devel.pk), answers)

    devel.refresh_from_db()
    in_charge = role == Role.ADMINISTRATOR
    assert page.status_code == (302 if in_charge else 403)
    assert (devel.max_wall, devel.max_jobs_per_user, devel.grp_nodes) == (
        (600, None, 8) if in_charge else (1800, 1, 64)
    )
    assert (devel.max_submit_per_user, devel.deny_on_limit) == (
        (20, False) if in_charge else (None, True)
    )
    assert ("id_reason" in before.content.decode()) == in_charge
    steps = [(step.by, step.note.splitlines()[0]) for step in Transition.objects.of(devel)]
    assert steps == ([(person, "max_wall: 1800 → 600")] if in_charge else [])


def test_a_new_qos_is_offered_with_a_reason(client, booster):
    person = sign_in(client, Role.ADMINISTRATOR)
    answers = {"partition": booster.pk, "name": "course", "priority": 3, "usage_factor": 1}

    without = client.post(address("qos", "add"), answers)
    client.post(address("qos", "add"), {**answers, "reason": "Summer school"})

    assert without.context["adminform"].form.errors == {"reason": ["This field is required."]}
    course = booster.qos.get(name="course")
    step = Transition.objects.of(course).get()
    assert (step.by, step.note.splitlines()[-1]) == (person, "Summer school")


def test_saving_without_a_change_is_refused(client, booster):
    sign_in(client, Role.ADMINISTRATOR)
    page = client.get(address("partition", "change", booster.pk))
    initial = page.context["adminform"].form.initial
    answers = {name: value for name, value in initial.items() if value is not None}

    page = client.post(address("partition", "change", booster.pk), {**answers, "reason": "None"})

    assert page.context["adminform"].form.non_field_errors() == ["Nothing would change."]
    assert not Transition.objects.exists()
