"""Templates of jobs: kept from a job, listed, thrown away."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView, ListView
from django.views.generic.detail import SingleObjectMixin
from rules.contrib.views import PermissionRequiredMixin

from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.job_templates import drop_template, save_template
from ..forms import TemplateForm
from ..models import JobTemplate
from .orders import Jobs


class TemplateRows(LoginRequiredMixin):
    """The templates that the person may use."""

    model = JobTemplate

    def get_queryset(self):
        return JobTemplate.objects.visible_to(self.request.user).select_related("owner", "project")


class TemplateList(TemplateRows, ListView):
    template_name = "allocations/job_templates.html"
    context_object_name = "job_templates"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        droppable = {
            row.pk
            for row in context["job_templates"]
            if self.request.user.has_perm("allocations.drop_job_template", row)
        }
        return context | {"droppable": droppable}


class TemplateSave(Jobs, PermissionRequiredMixin, FlowFormMixin, SingleObjectMixin, FormView):
    """Keep a job as a template."""

    permission_required = "allocations.submit_job"
    form_class = TemplateForm
    template_name = "allocations/job_template_save.html"
    refusal_field = "title"
    done_message = _("The template has been saved.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def get_permission_object(self):
        return self.object.allocation

    def get_initial(self):
        return {"title": self.object.name}

    def act(self, form):
        return save_template(self.object, by=self.request.user, **form.cleaned_data)

    def get_success_url(self):
        return reverse("allocations:job_templates")


class TemplateDrop(
    TemplateRows, PermissionRequiredMixin, FlowFormMixin, SingleObjectMixin, FormView
):
    form_class = Form
    template_name = "allocations/job_template_drop.html"
    context_object_name = "job_template"
    permission_required = "allocations.drop_job_template"
    done_message = _("The template is gone.")

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.object = self.get_object()
        return super().dispatch(request, *args, **kwargs)

    def act(self, _form):
        drop_template(self.object, by=self.request.user)
        return self.object

    def get_success_url(self):
        return reverse("allocations:job_templates")
