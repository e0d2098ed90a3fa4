from html.parser import HTMLParser

import pytest
from django import forms

SECTORS = [("health", "Health"), ("energy", "Energy")]


class Everything(forms.Form):
    title = forms.CharField(label="Title", help_text="One line.")
    hours = forms.IntegerField(label="Hours", widget=forms.NumberInput({"class": "short"}))
    sector = forms.ChoiceField(label="Sector", choices=SECTORS)
    main = forms.ChoiceField(
        label="Main use", choices=SECTORS, widget=forms.RadioSelect, help_text="One of them."
    )
    start = forms.DateField(label="Start", widget=forms.SelectDateWidget, required=False)
    agree = forms.BooleanField(label="I agree")
    round_number = forms.IntegerField(widget=forms.HiddenInput, required=False)


class Elements(HTMLParser):
    """Every element of a page as (tag, attributes)."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def named(self, name):
        return [attrs for _tag, attrs in self.found if attrs.get("name") == name]

    def ids(self):
        return [attrs["id"] for _tag, attrs in self.found if "id" in attrs]

    def targets(self):
        return [attrs["href"] for tag, attrs in self.found if tag == "a"]


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("title", "form-control"),
        ("hours", "form-control short"),
        ("sector", "form-select"),
        ("main", "form-check-input"),
        ("start_day", "form-select"),
        ("agree", "form-check-input"),
    ],
)
def test_every_widget_has_the_portals_look(name, look):
    controls = Elements(Everything()).named(name)

    assert {attrs["class"] for attrs in controls} == {look}


def test_every_label_and_description_leads_to_an_element():
    elements = Elements(Everything({}))
    ids = elements.ids()

    labels = [attrs["for"] for tag, attrs in elements.found if tag == "label"]
    described = [
        attrs["aria-describedby"] for _tag, attrs in elements.found if "aria-describedby" in attrs
    ]

    assert len(ids) == len(set(ids))
    assert set(labels) <= set(ids)
    assert {name for names in described for name in names.split()} <= set(ids)


def test_help_and_error_are_tied_to_their_field():
    (title,) = Elements(Everything({})).named("title")

    assert title["aria-describedby"] == "id_title_helptext id_title_error"
    assert title["aria-invalid"] == "true"
    assert title["class"] == "form-control is-invalid"


def test_summary_leads_to_every_field_that_is_wrong():
    elements = Elements(Everything({}))

    assert elements.targets() == ["#id_title", "#id_hours", "#id_sector", "#id_main_0", "#id_agree"]
    assert {target[1:] for target in elements.targets()} <= set(elements.ids())


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in str(Everything())


def test_errors_of_the_whole_form_stand_in_the_summary():
    form = Everything({})
    form.add_error(None, "The call has closed.")

    assert "<li>The call has closed.</li>" in str(form)


def test_required_fields_are_marked_where_others_are_optional():
    class Plain(forms.Form):
        title = forms.CharField()

    assert str(Everything()).count('class="required"') == 6
    assert 'class="required"' not in str(Plain())


def test_hidden_fields_are_rendered_once():
    assert str(Everything()).count('name="round_number"') == 1


def test_no_form_carries_an_inline_style():
    assert "style=" not in str(Everything({}))
