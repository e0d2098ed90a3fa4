"""A page whose form goes into one flow."""

from django.contrib import messages
from django.shortcuts import redirect

from ..exceptions import Refusal


class FlowFormMixin:
    """Call ``act`` with the answers; a refusal is shown beside ``refusal_field``."""

    refusal_field = None
    done_message = ""

    def act(self, answers):
        raise NotImplementedError

    def form_valid(self, form):
        try:
            self.object = self.act(form)
        except Refusal as refusal:
            form.add_error(self.refusal_field, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.done_message)
        return redirect(self.get_success_url())
