"""Filters that leave nothing unsaid: a parameter nobody reads is refused."""

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions

LARGEST_ID = 2**63 - 1


@extend_schema_field({"type": "integer", "minimum": 1})
class IdFilter(django_filters.Filter):
    """The ``id`` of another row; a larger number than the database knows is refused."""

    field_class = forms.IntegerField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **kwargs)


class UnknownParameter(exceptions.ValidationError):
    default_code = "unknown_parameter"


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, which would otherwise answer a misspelt filter with the whole list."""

    def filter_queryset(self, request, queryset, view):
        is_list = not getattr(view, "detail", False)
        known = self._known(view, queryset) if is_list else set()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise UnknownParameter({name: [_explain(name, known)] for name in unknown})
        return super().filter_queryset(request, queryset, view) if is_list else queryset

    def _known(self, view, queryset):
        filterset = self.get_filterset_class(view, queryset)
        names = set(filterset.base_filters) if filterset else set()
        if view.paginator is not None:
            names |= {view.paginator.cursor_query_param, view.paginator.page_size_query_param}
        return names


def _explain(name, known):
    if not known:
        return _("There is no parameter “%(name)s”; this address takes none.") % {"name": name}
    return _("There is no parameter “%(name)s”; there are: %(known)s.") % {
        "name": name,
        "known": ", ".join(sorted(known)),
    }
