"""Personal access tokens: list, create, revoke."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from ..flows.tokens import issue_token, revoke_token
from ..forms import TokenForm


@login_required
@never_cache
@sensitive_variables("secret")
def tokens(request):
    """The list, and the form for another. The secret is in the answer to the form alone:
    it is stored nowhere, so a redirect could not carry it.
    """
    form = TokenForm(request.POST or None)
    secret = None
    if request.method == "POST" and form.is_valid():
        _token, secret = issue_token(request.user, **form.cleaned_data)
        form = TokenForm()
    rows = request.user.access_tokens.filter(revoked_at=None, expires_at__gt=timezone.now())
    return render(request, "portal/tokens.html", {"form": form, "tokens": rows, "secret": secret})


@login_required
@require_POST
def revoke(request, pk):
    token = get_object_or_404(request.user.access_tokens, pk=pk)
    revoke_token(token)
    messages.success(
        request, _("The token “%(name)s” can no longer be used.") % {"name": token.name}
    )
    return redirect("tokens")
