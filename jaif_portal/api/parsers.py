"""Reading what was sent."""

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers


class JSONParser(parsers.JSONParser):
    """JSON; a body that is nested beyond reason is refused like one that is broken."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as failure:
            raise exceptions.ParseError(_("This JSON is nested too deeply.")) from failure
