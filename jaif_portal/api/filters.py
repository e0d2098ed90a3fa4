"""Filters that leave nothing unsaid: a parameter nobody reads is refused."""

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions


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
