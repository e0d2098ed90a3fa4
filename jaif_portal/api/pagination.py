"""Long lists come in pages that stay put while rows are added."""

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, pagination

LARGEST_PAGE = 200
MOST_DIGITS = 18  # of a row's id; more do not fit into the database's integers


class CursorPages(pagination.CursorPagination):
    """Newest first, by the unique ``id``: a walk through the pages sees each row once."""

    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = _("Rows per page: 1 to 200, 50 if not given.")
    cursor_query_description = _("Where the page begins; take it from “next” or “previous”.")
    ordering = "-id"

    def get_page_size(self, request):
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= LARGEST_PAGE):
            raise exceptions.ValidationError(
                {self.page_size_query_param: [_("Give a number from 1 to 200.")]}
            )
        return int(asked)

    def decode_cursor(self, request):
        """Refuse a cursor that we did not give out, before it reaches the database."""
        cursor = super().decode_cursor(request)
        position = cursor.position if cursor else None
        if position is not None and not (position.isdigit() and len(position) <= MOST_DIGITS):
            raise exceptions.NotFound(self.invalid_cursor_message)
        return cursor

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view):
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": LARGEST_PAGE, "default": 50}
        return parameters
