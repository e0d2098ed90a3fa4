from django.contrib import admin

from ..models import Partition


class PartitionFilter(admin.RelatedFieldListFilter):
    """A partition is called by its system's name too, which is read along with it."""

    def field_choices(self, _field, _request, _model_admin):
        return [(row.pk, str(row)) for row in Partition.objects.select_related("system")]
