"""Refusing what is too large before any of it is read."""

from http import HTTPStatus

from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from jaif_portal.api.uploads import announced_bytes

from ..flows.attachments import most_upload_bytes


class UploadMixin:
    """Look at the length first: the check of the form's token would read all of the body."""

    @method_decorator(csrf_exempt)
    def dispatch(self, request, *args, **kwargs):
        if announced_bytes(request) > most_upload_bytes():
            return self._refuse_length(request, *args, **kwargs)
        return self._dispatch_protected(request, *args, **kwargs)

    @method_decorator(csrf_protect)
    def _dispatch_protected(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)

    def _refuse_length(self, request, *args, **kwargs):
        """The page with its sentence, and nothing of the body."""
        request.method = "GET"
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK:
            response.context_data["too_large"] = True
            response.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return response
