"""The compliance catalogue, figures on energy, and what the access office sees of a proposal."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from jaif_portal import clock

from ..flows.compliance import concerns, findings_in_words, standing, told
from ..forms import ComplianceCatalogueForm
from ..models import ComplianceCatalogue, EnergyPolicy


class CompliancePanelMixin:
    """Answers, results, duties and what to look at, on the page of a proposal."""

    @admin.display(description=_("assessment"))
    def compliance_panel(self, proposal):
        if not proposal.policy.compliance_parts:
            return "–"
        now = standing(proposal)
        settled = now.interview.current is None
        return render_to_string(
            "admin/compliance.html",
            {
                "standing": now,
                "concerns": concerns(proposal),
                "results": findings_in_words(now.conclusion.findings) if settled else [],
                "duties": now.conclusion.duties if settled else [],
                "told": told(now),
            },
        )


@admin.register(ComplianceCatalogue)
class ComplianceCatalogueAdmin(admin.ModelAdmin):
    """Questions change by a new version with a later date, never in one that was answered."""

    form = ComplianceCatalogueForm
    list_display = ["valid_from", "questions", "source"]
    save_as = True

    def has_change_permission(self, request, obj=None):
        used = obj is not None and obj.assessments.exists()
        return not used and super().has_change_permission(request, obj)

    def get_changeform_initial_data(self, _request):
        """A new version begins as a copy of the one in force."""
        newest = ComplianceCatalogue.objects.valid(at=clock.now()).first()
        return {"document": newest.document if newest else {}}

    @admin.display(description=_("questions"))
    def questions(self, catalogue):
        return len(catalogue.document["questions"])


@admin.register(EnergyPolicy)
class EnergyPolicyAdmin(admin.ModelAdmin):
    """A figure changes by a new row with a later date."""

    list_display = ["partition", "valid_from", "pue"]
    list_filter = ["partition"]
    list_select_related = ["partition__system"]
    save_as = True
