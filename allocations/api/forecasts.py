"""When jobs will start, as far as anybody can know."""

from rest_framework import serializers

from .durations import SecondsField


class ForecastSerializer(serializers.Serializer):
    """The moments before which the job starts in 10, 50 and 90 % of all cases.

    A moment is null where it lies more than four weeks ahead; ``p10`` and ``p90`` also where
    only a single run could be made (``replications`` is 1).
    """

    sentence = serializers.SerializerMethodField()
    p10 = serializers.DateTimeField(source="expectation.p10", allow_null=True)
    p50 = serializers.DateTimeField(source="expectation.p50", allow_null=True)
    p90 = serializers.DateTimeField(source="expectation.p90", allow_null=True)
    made_at = serializers.DateTimeField()
    replications = serializers.IntegerField()

    def get_sentence(self, forecast) -> str:
        return forecast.expectation.sentence(at=self.context["at"])


class ShapeForecastSerializer(ForecastSerializer):
    """For a job submitted now, of the least shape foreseen that covers the wish."""

    nodes = serializers.IntegerField()
    time_limit = serializers.IntegerField()


class ForecastQuerySerializer(serializers.Serializer):
    """What is asked for; left out, the time limit is the partition's default."""

    nodes = serializers.IntegerField(min_value=1)
    time_limit = SecondsField(required=False)
