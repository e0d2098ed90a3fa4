"""Uploads that are refused by the length that they announce: no more is ever read of a body."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions


class TooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = _("What was sent is larger than the portal takes.")


def announced_bytes(request):
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def refuse_what_is_too_large(request, *, most):
    if announced_bytes(request) > most:
        raise TooLarge
