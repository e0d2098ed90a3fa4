"""A person's SSH keys: list, add, remove."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import RedirectURLMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import DeleteView, FormView, ListView

from jaif_portal import clock
from jaif_portal.views.flow_forms import FlowFormMixin

from ..exceptions import KeyRefused
from ..flows.keys import add_key, remove_key
from ..flows.networks import read_network
from ..forms import KeyForm

# Computers change their IPv6 address within such a network every day.
SUGGESTED_IPV6_BITS = 64


def own_network(request):
    """What to write into ``from=`` for this request; "" where its address is not public."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request))
        bits = SUGGESTED_IPV6_BITS if address.version == 6 else address.max_prefixlen  # noqa: PLR2004
        network = read_network(str(ipaddress.ip_network((address, bits), strict=False)))
    except (KeyRefused, PermissionDenied, ValueError):
        return ""
    return str(address) if network.num_addresses == 1 else str(network)


class OwnKeys(LoginRequiredMixin):
    def get_queryset(self):
        return self.request.user.ssh_keys.all()


class KeyList(OwnKeys, ListView):
    template_name = "onboarding/keys.html"
    context_object_name = "keys"

    def get_context_data(self, **kwargs):
        return super().get_context_data(own_network=own_network(self.request), **kwargs)


class KeyNew(LoginRequiredMixin, FlowFormMixin, RedirectURLMixin, FormView):
    form_class = KeyForm
    template_name = "onboarding/key_new.html"
    next_page = reverse_lazy("onboarding:keys")
    refusal_field = "public_key"
    done_message = _("The key is added. It reaches the login nodes within about 15 minutes.")

    def get_initial(self):
        return {"networks": own_network(self.request)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            own_network=own_network(self.request), next=self.get_redirect_url(), **kwargs
        )

    def act(self, form):
        name = form.cleaned_data["name"]
        return add_key(self.request.user, name=name, public_key=form.line(), at=clock.now())


class KeyRemove(OwnKeys, DeleteView):
    template_name = "onboarding/key_remove.html"
    context_object_name = "key"
    success_url = reverse_lazy("onboarding:keys")

    def form_valid(self, _form):
        remove_key(self.object, by=self.request.user)
        messages.success(self.request, _("The key is removed and no longer lets anybody in."))
        return HttpResponseRedirect(self.success_url)
