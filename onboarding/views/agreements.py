"""Terms: everybody may read them; signing needs an account."""

from django.contrib.auth.mixins import AccessMixin
from django.contrib.auth.views import RedirectURLMixin
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import FormView

from jaif_portal import clock
from jaif_portal.views.flow_forms import FlowFormMixin

from ..flows.agreements import accept_terms, current_terms
from ..forms import AgreementForm
from ..models import Acceptance, Terms


class TermsPage(FlowFormMixin, RedirectURLMixin, AccessMixin, FormView):
    """The version in force. Terms of an award are signed when an award is accepted."""

    form_class = AgreementForm
    template_name = "onboarding/terms.html"
    done_message = _("Thank you. Your signature is recorded.")

    @cached_property
    def terms(self):
        try:
            return current_terms(self.kwargs["kind"], at=clock.now())
        except Terms.DoesNotExist as missing:
            raise Http404 from missing

    def post(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        return super().post(request, *args, **kwargs)

    def get_initial(self):
        return {"terms": self.terms.pk}

    def get_context_data(self, **kwargs):
        user = self.request.user
        signatures = Acceptance.objects.filter(terms=self.terms, user_id=user.pk)
        return super().get_context_data(
            terms=self.terms,
            acceptance=signatures.first(),
            may_sign=self.terms.kind != Terms.Kind.AWARD,
            next=self.get_redirect_url(),
            **kwargs,
        )

    def form_invalid(self, form):
        if form.non_field_errors():
            # The page now shows the version in force, to be read and agreed to anew.
            form.data = {"terms": self.terms.pk}
        return super().form_invalid(form)

    def act(self, form):
        read = get_object_or_404(Terms, pk=form.cleaned_data["terms"], kind=self.terms.kind)
        return accept_terms(read, by=self.request.user)

    def get_default_redirect_url(self):
        return self.request.path
