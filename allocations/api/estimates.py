"""The GPU-hour estimator, for everybody; the same form and formulas as its page."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import permissions, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from ..estimates import Threshold
from ..flows.estimates import estimate_on
from ..forms import EstimateForm


class EstimateSerializer(serializers.Serializer):
    """``gpu_hours`` are of whole nodes, with the margin; ``flop`` are the model's own."""

    flop = serializers.FloatField()
    gpu_hours = serializers.FloatField()
    charged_gpus = serializers.IntegerField()
    wall_seconds = serializers.FloatField(help_text="On all GPUs together.")
    pieces = serializers.IntegerField(help_text="Jobs that respect the machine's time limit.")
    least_gpus = serializers.IntegerField(help_text="Whose memory holds the model's state.")
    storage_bytes = serializers.FloatField()
    energy_kwh = serializers.FloatField()
    threshold = serializers.ChoiceField(
        choices=[(row.value, row.value) for row in Threshold], help_text="AI Act, Art. 51 to 55."
    )


def parameters():
    """The form's fields as the query of the address."""
    kinds = {"FloatField": OpenApiTypes.FLOAT, "IntegerField": OpenApiTypes.INT}
    return [
        OpenApiParameter(
            name,
            type=kinds.get(type(field).__name__, OpenApiTypes.STR),
            required=field.required,
            enum=[str(key) for key, _label in getattr(field, "choices", [])] or None,
        )
        for name, field in EstimateForm.base_fields.items()
    ]


class EstimateView(APIView):
    """What work with a transformer model takes: GPU-hours, jobs, storage, energy.

    Parameters and tokens are in billions, utilisation and margin in percent.
    """

    permission_classes = [permissions.AllowAny]

    @extend_schema(parameters=parameters(), responses=EstimateSerializer)
    def get(self, request):
        form = EstimateForm(request.query_params)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        return Response(EstimateSerializer(estimate_on(form.chosen_gpu, form.work)).data)
