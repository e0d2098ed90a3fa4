"""``Idempotency-Key``: a POST that is repeated after a lost answer happens once."""

import functools
import hashlib
import json

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from ..flows.idempotency import once

HEADER = "Idempotency-Key"
LONGEST_KEY = 200


def idempotent(method):
    """Let a view's POST method answer a repeated key with the answer that it gave before.

    A refusal leaves the key free, so that the request can be put right and sent again.
    """

    @functools.wraps(method)
    def answer(view, request, *args, **kwargs):
        def act():
            response = method(view, request, *args, **kwargs)
            return response.status_code, json.loads(JSONRenderer().render(response.data))

        key = request.headers.get(HEADER)
        if key is None:
            code, body = act()
        else:
            code, body = once(
                act, user=request.user, key=_checked(key), request_digest=_digest(request)
            )
        return Response(body, status=code, headers=_headers(request, code, body))

    answer.is_idempotent = True
    return answer


def _checked(key):
    if not 1 <= len(key) <= LONGEST_KEY:
        raise exceptions.ValidationError({HEADER: [_("Use 1 to 200 characters.")]})
    return key


def _digest(request):
    """The same for every spelling of the same JSON, or for the same form, at the same address."""
    data = dict(request.data.lists()) if isinstance(request.data, QueryDict) else request.data
    what = [request.method, request.get_full_path(), data]
    text = json.dumps(what, sort_keys=True, default=_file_digest)
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(file):
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _headers(request, code, body):
    if code != status.HTTP_201_CREATED or "id" not in body:  # several rows have no one address
        return None
    return {"Location": request.build_absolute_uri(f"{body['id']}/")}
