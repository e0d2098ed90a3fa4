"""The report on funding shares: a page and a CSV file in the administration."""

import datetime as dt

from django import forms
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal.views.tables import stream_csv
from onboarding.models import Country

from ..flows.shares import Division, report
from ..models import AccessMode, FundingShare, Partition, Sector

SECONDS_PER_HOUR = 3600
PLACES = 4  # a tenth of a node-second: nothing of the ledger is lost


class ReportForm(forms.Form):
    partition = forms.ModelChoiceField(
        Partition.objects.select_related("system"),
        label=gettext_lazy("Partition"),
        empty_label=None,
    )
    by = forms.MultipleChoiceField(
        label=gettext_lazy("Divided by"),
        choices=Division,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class ReportMixin:
    """The list of funding shares leads to the report on them."""

    change_list_template = "admin/shares_change_list.html"

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("report/", wrap(self.report_page), name="allocations_sharereport"),
            path("report.csv", wrap(self.report_csv), name="allocations_sharereport_csv"),
            *super().get_urls(),
        ]

    def report_page(self, request):
        partition, divisions, form = self._asked(request)
        lines, whole = report(partition, divisions=divisions)
        names = _names(divisions)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Hours by funding share"),
            "opts": self.opts,
            "form": form,
            "partition": partition,
            "columns": [Division(division).label for division in divisions],
            "lines": [{"names": _named(line, divisions, names), "line": line} for line in lines],
            "whole": whole,
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/shares_report.html", context)

    def report_csv(self, request):
        partition, divisions, _form = self._asked(request)
        lines, whole = report(partition, divisions=divisions)
        rows = _rows(lines, whole, partition=partition, divisions=divisions)
        return stream_csv(rows, filename=f"shares-{partition.name}.csv")

    def _asked(self, request):
        """``(partition, divisions, form)``; what makes no sense is as if nothing was asked."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        first = Partition.objects.select_related("system").order_by("pk").first()
        initial = {"partition": first.pk, "by": [Division.SHARE, Division.MODE]}
        form = ReportForm(request.GET or initial)
        if not form.is_valid():
            form = ReportForm(initial)
            form.full_clean()
        return form.cleaned_data["partition"], form.cleaned_data["by"], form


def _names(divisions):
    """``{division: {value: name}}`` of what is asked for."""
    found = {}
    if Division.SHARE in divisions:
        found[Division.SHARE] = {
            share.pk: f"{share.funder} {timezone.localtime(share.starts_at).year}"
            for share in FundingShare.objects.all()
        }
    if Division.MODE in divisions:
        found[Division.MODE] = {mode.code: str(mode) for mode in AccessMode.objects.all()}
    if Division.COUNTRY in divisions:
        found[Division.COUNTRY] = {row.pk: str(row) for row in Country.objects.all()}
    if Division.SECTOR in divisions:
        found[Division.SECTOR] = dict(Sector.choices)
    return found


def _named(line, divisions, names):
    return [
        date_format(value, "F Y") if isinstance(value, dt.datetime) else names[division][value]
        for division, value in zip(divisions, line.key, strict=True)
    ]


def _rows(lines, whole, *, partition, divisions):
    names = _names(divisions)
    amounts = ("granted", "used", "lapsed", "left")
    yield [
        *divisions,
        *(f"{amount}_{unit}" for unit in ("node_seconds", "gpu_hours") for amount in amounts),
    ]
    for line in [*lines, whole]:
        key = _named(line, divisions, names) if line is not whole else ["sum"] * len(divisions)
        sums = [getattr(line, amount) for amount in amounts]
        hours = [
            round(node_seconds * partition.gpus_per_node / SECONDS_PER_HOUR, PLACES)
            for node_seconds in sums
        ]
        yield [*key, *sums, *hours]
