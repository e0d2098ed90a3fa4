"""The reviews of a proposal, as its applicant reads them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from ..flows.review_overview import reviews_shown_to


class ScoreSerializer(serializers.Serializer):
    criterion = serializers.CharField(source="criterion.name", read_only=True)
    value = serializers.IntegerField(
        min_value=0, max_value=100, allow_null=True, read_only=True, help_text="Null: abstained."
    )
    text = serializers.CharField(read_only=True)


class ReviewSerializer(serializers.Serializer):
    number = serializers.IntegerField(min_value=1, max_value=100, read_only=True)
    comments = serializers.CharField(read_only=True)
    scores = ScoreSerializer(many=True, read_only=True)


class ReviewsMixin:
    @extend_schema(responses=ReviewSerializer(many=True))
    @action(detail=True, pagination_class=None, filterset_class=None)
    def reviews(self, request, pk=None):
        """The reviews, without names, once peer review is over; none before."""
        shown = reviews_shown_to(request.user, self.get_object())
        return Response(ReviewSerializer(shown, many=True).data)
