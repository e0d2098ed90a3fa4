"""Durations as programs and as Slurm write them."""

import re

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

SLURM = re.compile(r"(?:([0-9]{1,3})-)?([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])", re.ASCII)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": 2_147_483_647},
            {"type": "string", "pattern": f"^{SLURM.pattern}$"},
        ],
        "examples": [3600, "01:00:00"],
    }
)
class SecondsField(serializers.IntegerField):
    """Whole seconds, or ``HH:MM:SS``, or ``D-HH:MM:SS``."""

    default_error_messages = {"invalid": _("Give seconds, or HH:MM:SS.")}

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=2_147_483_647, **kwargs)

    def to_internal_value(self, data):
        match = SLURM.fullmatch(data) if isinstance(data, str) else None
        if match is None:
            return super().to_internal_value(data)
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return 86_400 * days + 3600 * hours + 60 * minutes + seconds
