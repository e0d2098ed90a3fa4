"""What visitors find out without an account. Everything is in the address; nothing is stored."""

import datetime as dt
import math
from dataclasses import dataclass

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import number_format
from django.views.decorators.vary import vary_on_headers
from django.views.generic import TemplateView

from jaif_portal import clock
from jaif_portal.templatetags.portal import duration

from ..estimates import GPAI_FLOP, SYSTEMIC_FLOP, Estimate, Task, makes_provider
from ..flows.advice import advise
from ..flows.estimates import estimate_on
from ..flows.precheck import check
from ..forms import AdviserForm, EligibilityForm, EstimateForm
from ..models import Proposal, ProposalState, Workload

KILO, GIGA, TERA = 10**3, 10**9, 10**12
MOST_DRAFTS = 3
WORKLOADS = {
    Task.TRAIN: Workload.TRAINING,
    Task.FINE_TUNE: Workload.FINE_TUNING,
    Task.LORA: Workload.FINE_TUNING,
    Task.INFERENCE: Workload.INFERENCE,
}


@method_decorator(vary_on_headers("HX-Request"), name="dispatch")
class Questions(TemplateView):
    """A form read from the address, and its result; the result alone for the living page."""

    form_class = None
    name = ""
    carried = ()  # answers that other pages bring along, while the rest is still to be given

    def get_template_names(self):
        part = "_result" if self.request.htmx else ""
        return [f"allocations/before/{self.name}{part}.html"]

    def get_context_data(self, **kwargs):
        form = self._form()
        result = self.result(form) if form.is_valid() else None
        return super().get_context_data(form=form, result=result, **kwargs)

    def _form(self):
        """Bound once its own button was used or all that it needs is there; else filled in."""
        fields, query = self.form_class().fields, self.request.GET
        given = set(fields) & set(query)
        complete = all(name in given for name, field in fields.items() if field.required)
        if complete or given - set(self.carried):
            return self.form_class(query)
        return self.form_class(initial={name: query[name] for name in given})

    def result(self, form):
        raise NotImplementedError


class Eligibility(Questions):
    form_class = EligibilityForm
    name = "eligibility"

    def result(self, form):
        return check(form.answers(), at=clock.now())


class Adviser(Questions):
    form_class = AdviserForm
    name = "adviser"
    carried = ("purpose", "kind", "gpu_hours")

    def result(self, form):
        answers = {**form.cleaned_data, "decide_by": _end_of_day(form.cleaned_data["decide_by"])}
        return advise(**answers, at=clock.now())


class Estimator(Questions):
    form_class = EstimateForm
    name = "estimator"

    def get_context_data(self, **kwargs):
        return super().get_context_data(drafts=_drafts_of(self.request.user), **kwargs)

    def result(self, form):
        return ShownEstimate(form, estimate_on(form.chosen_gpu, form.work))


def _drafts_of(user):
    """The latest drafts that the visitor may write, to carry a result into."""
    if not user.is_authenticated:
        return []
    drafts = Proposal.objects.visible_to(user).filter(state=ProposalState.DRAFT)
    return drafts.order_by("-pk")[:MOST_DRAFTS]


@dataclass(frozen=True)
class ShownEstimate:
    """An estimate as its page tells it."""

    form: EstimateForm
    estimate: Estimate

    @property
    def gpu_hours(self):
        """Rounded up to what can be asked for: whole GPU-hours, at least one."""
        return max(1, -int(-self.estimate.gpu_hours // 1))

    @property
    def hours_per_gpu(self):
        """With the margin, rounded up to a hundredth, as a line of a request takes them."""
        hours = self.estimate.gpu_hours / self.estimate.charged_gpus
        return f"{math.ceil(hours * 100) / 100:.2f}"

    @property
    def workload(self):
        return WORKLOADS[self.form.cleaned_data["task"]]

    @property
    def wall(self):
        return duration(round(self.estimate.wall_seconds))

    @property
    def storage(self):
        amount = self.estimate.storage_bytes
        unit, size = ("TB", TERA) if amount >= TERA else ("GB", GIGA)
        return f"{number_format(round(amount / size, 1), force_grouping=True)}\xa0{unit}"

    @property
    def energy(self):
        kwh = self.estimate.energy_kwh
        unit, size = ("MWh", KILO) if kwh >= KILO else ("kWh", 1)
        return f"{number_format(round(kwh / size, 1), force_grouping=True)}\xa0{unit}"

    @property
    def too_few_gpus(self):
        return self.form.cleaned_data["gpus"] < self.estimate.least_gpus

    @property
    def trains(self):
        return self.form.cleaned_data["task"] != Task.INFERENCE

    @property
    def makes_provider(self):
        """Whether a modifier becomes the provider; nothing where the original is not known."""
        original = self.form.original_flop
        if original is None:
            return None
        return makes_provider(self.estimate.flop, original_flop=original)

    @property
    def lines(self):
        return {"gpai": GPAI_FLOP, "systemic": SYSTEMIC_FLOP}


def _end_of_day(day):
    """The last moment of a day in Jülich."""
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day, dt.time.max))
