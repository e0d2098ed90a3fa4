"""The statement of an allocation as a page, as CSV and as PDF: the same lines, the same sums."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from jaif_portal.templatetags.portal import gpu_hours
from jaif_portal.views.tables import stream_csv

from ..flows.statement import draw_up, months_with_entries
from ..models import Allocation, EntryKind
from .documents import pdf

MOST_PDF_LINES = 5000
SECONDS_PER_HOUR = 3600
PLACES = 4  # a tenth of a node-second: nothing of the ledger is lost
COLUMNS = ["at", "entry", "kind", "job", "job_name", "note", "node_seconds", "gpu_hours", "balance"]


class Statements(LoginRequiredMixin):
    """The statement of a visible allocation for the month that the address asks for."""

    def get_allocation(self):
        rows = Allocation.objects.visible_to(self.request.user)
        rows = rows.select_related("project", "partition__system", "account", "share")
        allocation = rows.filter(pk=self.kwargs["pk"]).first()
        if allocation is None:
            raise Http404
        return allocation

    def get_statement(self):
        return draw_up(self.get_allocation(), month=self.get_month())

    def get_month(self):
        asked = self.request.GET.get("month", "")
        if not asked:
            return None
        try:
            return dt.datetime.strptime(asked, "%Y-%m").date()  # noqa: DTZ007  # a name, no moment
        except ValueError as error:
            raise Http404 from error


class StatementPage(Statements, ListView):
    template_name = "allocations/statement.html"
    context_object_name = "lines"
    paginate_by = 100

    def get_queryset(self):
        self.statement = self.get_statement()
        return self.statement.lines

    def get_context_data(self, **kwargs):
        statement = self.statement
        return super().get_context_data(
            statement=statement,
            allocation=statement.allocation,
            months=months_with_entries(statement.allocation),
            totals=[(EntryKind(kind).label, total) for kind, total in statement.totals.items()],
            **kwargs,
        )


class StatementCSV(Statements, View):
    def get(self, request, *args, **kwargs):
        statement = self.get_statement()
        return stream_csv(_rows(statement), filename=f"{_name(statement)}.csv")


class StatementPDF(Statements, View):
    def get(self, request, *args, **kwargs):
        statement = self.get_statement()
        if statement.lines.count() > MOST_PDF_LINES:
            text = _("This statement is too long for a PDF. Choose a month, or take the CSV file.")
            messages.error(request, text)
            return redirect(reverse("allocations:statement", args=[statement.allocation.pk]))
        data = _document(statement)
        return pdf("allocations/statement.typ", data=data, filename=f"{_name(statement)}.pdf")


def _name(statement):
    month = f"-{statement.month:%Y-%m}" if statement.month else ""
    return f"statement-{statement.allocation.project.identifier}{month}"


def _rows(statement):
    """Machine-readable: names in English, moments in UTC, amounts signed."""
    gpus = statement.allocation.partition.gpus_per_node

    def amounts(node_seconds):
        return [node_seconds, round(node_seconds * gpus / SECONDS_PER_HOUR, PLACES)]

    yield COLUMNS
    yield ["", "", "opening", "", "", "", *amounts(0), statement.opening]
    for line in statement.lines.iterator(chunk_size=2000):
        yield [
            line.at.astimezone(dt.UTC).isoformat(),
            line.pk,
            line.kind,
            line.job_id or "",
            line.job.name if line.job else "",
            line.note,
            *amounts(line.change),
            line.balance,
        ]
    for kind, total in statement.totals.items():
        yield ["", "", f"total {kind}", "", "", "", *amounts(total), ""]
    yield ["", "", "closing", "", "", "", *amounts(0), statement.closing]


def _document(statement):
    allocation, partition = statement.allocation, statement.allocation.partition

    def hours(node_seconds):
        return gpu_hours(node_seconds, partition)

    def moment(at):
        return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")

    month = date_format(statement.month, "F Y") if statement.month else _("The whole period")
    return {
        "title": _("Statement of %(project)s") % {"project": allocation.project.identifier},
        "subtitle": f"{allocation.project.title} · {partition} · {month}",
        "language": translation.get_language()[:2],
        "facts": [
            [_("Budget"), allocation.project.budget],
            [_("Funding share"), str(allocation.share)],
            [_("Period"), f"{moment(allocation.starts_at)} – {moment(allocation.ends_at)}"],
            [_("Opening balance in GPU-hours"), hours(statement.opening)],
        ],
        "header": [_("Time"), _("Entry"), _("What for"), _("GPU-hours"), _("Balance")],
        "lines": [
            [
                moment(line.at),
                line.get_kind_display(),
                str(line.job) if line.job else line.note,
                hours(line.change),
                hours(line.balance),
            ]
            for line in statement.lines
        ],
        "totals": [
            *([EntryKind(kind).label, hours(total)] for kind, total in statement.totals.items()),
            [_("Closing balance in GPU-hours"), hours(statement.closing)],
        ],
    }
