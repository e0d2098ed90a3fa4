"""How calibrated scores are written."""

import math

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def of(rows, key):
    """The row of ``key``, or nothing."""
    return rows.get(key)


@register.filter
def uncertainty(adjusted):
    """The standard error; a question mark where too few scores leave none to be told."""
    return "?" if math.isnan(adjusted.error) else number_format(adjusted.error, decimal_pos=2)
