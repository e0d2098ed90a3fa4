"""What the migrations bring along."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group

from onboarding.models import CaseTemplate, Country, Role, Terms

reference_data = importlib.import_module("onboarding.migrations.0002_reference_data")

pytestmark = pytest.mark.django_db


def codes(basis):
    return set(Country.objects.filter(basis=basis).values_list("code", flat=True))


def test_every_country_of_iso_3166_and_kosovo_is_there():
    assert Country.objects.count() == 249 + 1
    assert Country.objects.filter(code="XK").exists()


def test_member_states_and_associated_countries_may_apply_and_others_may_not():
    assert len(codes(Country.Basis.MEMBER_STATE)) == 27
    assert codes(Country.Basis.ASSOCIATED) == reference_data.ASSOCIATED
    assert Country.objects.get(code="DE").is_eligible
    assert Country.objects.get(code="CH").is_eligible
    assert not Country.objects.get(code="US").is_eligible


def test_countries_have_names_in_both_languages():
    country = Country.objects.get(code="AT")

    assert (country.name_en, country.name_de) == ("Austria", "Österreich")


def test_every_role_has_its_group():
    assert set(Group.objects.values_list("name", flat=True)) == set(Role.values)


@pytest.mark.parametrize("kind", Terms.Kind)
def test_terms_have_as_many_paragraphs_in_both_languages(kind):
    terms = Terms.objects.get(kind=kind)

    assert terms.text_en.count("\n\n") == terms.text_de.count("\n\n") >= 8


def test_the_standard_template_has_five_steps_of_which_one_is_for_personal_data():
    steps = CaseTemplate.objects.get(name="Standard").steps
    steps = steps.values_list("kind", "owner", "circumstance")

    assert list(steps) == [
        ("agreement", "applicant", "always"),
        ("data_processing", "applicant", "personal_data"),
        ("ssh_key", "applicant", "always"),
        ("mfa", "applicant", "always"),
        ("association", "system", "always"),
    ]


def test_loading_again_changes_nothing_that_staff_have_changed():
    Country.objects.filter(code="CA").update(basis=Country.Basis.ASSOCIATED)
    CaseTemplate.objects.get().steps.get(kind="mfa").delete()
    Terms.objects.filter(kind="usage").update(text_en="Ours")

    reference_data.load(apps, None)

    assert Country.objects.get(code="CA").is_eligible
    assert CaseTemplate.objects.get().steps.count() == 4
    assert Terms.objects.get(kind="usage").text_en == "Ours"
