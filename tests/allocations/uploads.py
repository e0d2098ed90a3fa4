"""Files as people, and others, upload them."""

import io
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def pdf(*, pages=1, root=b"", page=b"", objects=(), trailer=b"", count=None):
    """A PDF that a strict reader takes. ``objects`` are bodies numbered from 4 on."""
    kids = b" ".join(b"3 0 R" for _ in range(pages))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R" + root + b">>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages if count is None else count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]" + page + b">>",
        *objects,
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (len(bodies) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(data, *, extra=b""):
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), extra, data)


def packed(data, *, extra=b""):
    return stream(zlib.compress(data, 9), extra=b"/Filter/FlateDecode" + extra)


def picture(kind="PNG", *, size=(8, 8), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def upload(content=None, name="plan.pdf"):
    return SimpleUploadedFile(name, pdf() if content is None else content)
