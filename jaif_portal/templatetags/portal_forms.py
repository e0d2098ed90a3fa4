"""What the form templates under ``templates/django/forms/`` need to know of a field."""

from django import template
from django.forms import (
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    MultiWidget,
    RadioSelect,
    Select,
    SelectDateWidget,
)

register = template.Library()


@register.filter
def control_kind(field):
    """How a field is laid out: a ``group`` of choices, ``parts``, a ``check`` box or a ``line``."""
    widget = field.field.widget
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "group"
    if isinstance(widget, (MultiWidget, SelectDateWidget)):
        return "parts"
    return "check" if isinstance(widget, CheckboxInput) else "line"


@register.filter
def control(field):
    """The field's widget in the portal's look; classes that the form itself sets are kept."""
    own = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{_look(field)} {own}".strip()})


def _look(field):
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        look = "form-check-input"
    elif isinstance(widget, (Select, SelectDateWidget)):
        look = "form-select"
    elif getattr(widget, "input_type", "") == "range":
        look = "form-range"
    elif isinstance(widget, FileInput):
        look = "form-control form-control-file"
    else:
        look = "form-control"
    return f"{look} is-invalid" if field.errors else look


@register.filter
def options(field):
    """The boxes of a group of choices, each in the portal's look."""
    for option in field:
        option.data["attrs"] = {**option.data["attrs"], "class": "form-check-input"}
        yield option


@register.filter
def mixes_required(form):
    """Whether a form asks for some answers and leaves others open, so that a mark tells more."""
    fields = [
        field.field.required for field in form.visible_fields() if control_kind(field) != "check"
    ]
    return any(fields) and not all(fields)


@register.filter
def first_control_id(field):
    """The id that a link of the error summary leads to."""
    return field.id_for_label or f"{field.auto_id}_0"
