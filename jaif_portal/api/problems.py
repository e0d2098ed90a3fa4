"""Every refusal is answered as problem details (RFC 9457) with a stable ``code``."""

from http import HTTPStatus

from django.core import exceptions as django_exceptions
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.serializers import as_serializer_error

from ..exceptions import NotPermitted, Refusal, StaleVersion
from ..flows.idempotency import KeyReused

MEDIA_TYPE = "application/problem+json"

# What Django and DRF call an error that belongs to no field.
NO_FIELD = "non_field_errors"
FORM_FIELD = {"__all__": NO_FIELD}

REFUSAL_STATUS = {
    NotPermitted: HTTPStatus.FORBIDDEN,
    StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def problem(status, *, code, detail, headers=None, **members):
    """An answer in ``application/problem+json``, whatever the client said it accepts.

    ``members`` are further ones, such as ``errors``; empty ones are left out.
    """
    body = {
        "type": f"urn:jaif:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": str(detail),
        "code": code,
    }
    body |= {name: member for name, member in members.items() if member}
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE, headers=headers)


def exception_handler(exc, context):
    """Turn what a view raised into a problem; what nobody foresaw stays an error 500."""
    if isinstance(exc, Refusal):
        return _refusal(exc)
    if isinstance(exc, django_exceptions.ValidationError):
        exc = exceptions.ValidationError(as_serializer_error(exc))
    elif isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, django_exceptions.PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc)
    if isinstance(exc, exceptions.APIException):
        return _api_exception(exc)
    return None


def _refusal(exc):
    """409, unless the refusal has a status of its own; one that names fields is 422."""
    errors = fields_of(getattr(exc, "fields", {}))
    usual = HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.CONFLICT
    status = next((st for kind, st in REFUSAL_STATUS.items() if isinstance(exc, kind)), usual)
    members = getattr(exc, "members", {})
    return problem(status, code=exc.code, detail=exc, errors=errors, **members)


def _invalid(exc):
    return problem(
        exc.status_code,
        code=exc.default_code,
        detail=_("Some values are missing or not possible; “errors” names them."),
        errors=fields_of(exc.detail),
    )


def _api_exception(exc):
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(round(exc.wait + 0.5))
    code = exc.get_codes()
    return problem(
        exc.status_code,
        code=code if isinstance(code, str) else exc.default_code,
        detail=exc.detail,
        headers=headers,
    )


def fields_of(detail, *, name=""):
    """``{"simulate.runtime": ["…"]}``: the path of each wrong field with its sentences."""
    if isinstance(detail, dict):
        pairs = [(FORM_FIELD.get(key, str(key)), part) for key, part in detail.items()]
    elif isinstance(detail, list | tuple) and any(isinstance(part, dict | list) for part in detail):
        pairs = [(str(index), part) for index, part in enumerate(detail)]
    else:
        parts = detail if isinstance(detail, list | tuple) else [detail]
        return {name or NO_FIELD: [str(part) for part in parts]}
    flat = {}
    for key, part in pairs:
        if part:
            flat |= fields_of(part, name=f"{name}.{key}" if name else key)
    return flat
