"""The check-list between an award and the first job."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.decorators import method_decorator
from django.views.decorators.vary import vary_on_headers
from django.views.generic import DetailView

from jaif_portal import clock

from ..models import OnboardingCase


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class CaseDetail(LoginRequiredMixin, DetailView):
    """The whole page, or the list of steps alone for the page that keeps itself up to date."""

    context_object_name = "case"

    def get_queryset(self):
        cases = OnboardingCase.objects.visible_to(self.request.user)
        return cases.select_related("owner", "organisation").prefetch_related("steps")

    def get_context_data(self, **kwargs):
        return super().get_context_data(now=clock.now(), **kwargs)

    def get_template_names(self):
        return ["onboarding/case_steps.html" if self.request.htmx else "onboarding/case.html"]
