"""``ETag`` and ``If-Match``: nobody overwrites what they have not seen.

``If-None-Match`` is answered by Django's ``ConditionalGetMiddleware``.
"""

import hashlib

from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer

from ..exceptions import StaleVersion

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description="The ETag that you have seen; 412 where somebody has saved since.",
)


def tagged(response, *, version):
    """Give ``response`` an ``ETag`` that begins with the version of the row it shows.

    The rest is a digest, since steps and dates of a row change without an edit.
    """
    digest = hashlib.sha256(JSONRenderer().render(response.data)).hexdigest()[:16]
    response["ETag"] = f'"{version}-{digest}"'
    return response


def matched_version(request, *, current):
    """The version that the client edits: ``current``, where it sent no ``If-Match``.

    Raises ``StaleVersion`` where the client has seen only other versions.
    """
    tags = parse_etags(request.headers.get("If-Match", "*"))
    seen = {tag.removeprefix("W/").strip('"').partition("-")[0] for tag in tags}
    if not seen & {"*", str(current)}:
        raise StaleVersion
    return current
