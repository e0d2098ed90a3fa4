"""Documents for printing, typeset by Typst from templates that are text."""

import json

import typst
from django.http import HttpResponse
from django.template.loader import get_template


def pdf(template, *, data, filename):
    """Typeset ``template`` with ``data``, which it reads as JSON: no value becomes markup."""
    source = get_template(template).template.source
    document = typst.compile(
        source.encode(),
        sys_inputs={"data": json.dumps(data, default=str)},
        ignore_system_fonts=True,
    )
    return HttpResponse(
        document,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )
