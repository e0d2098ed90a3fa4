"""The demo's mailbox: every mail that the portal wrote, since none leaves the machine."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, render

from ..models import Mail

SHOWN = 100


def mailbox(request):
    _only_in_the_demo()
    return render(request, "portal/mailbox.html", {"mails": Mail.objects.order_by("-pk")[:SHOWN]})


def mail(request, pk):
    _only_in_the_demo()
    return render(request, "portal/mail.html", {"mail": get_object_or_404(Mail, pk=pk)})


def _only_in_the_demo():
    """Anybody could read a password reset here, so the page must not exist elsewhere."""
    if not settings.DEMO_MAILBOX:
        raise Http404
