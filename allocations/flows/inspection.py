"""What an uploaded file really is, told by its content; whatever could act is refused."""

import hashlib
import io
import math
import re
import zipfile
import zlib
from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from PIL import Image
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from ..exceptions import AttachmentRefused
from ..models import ContentType

BEGINNINGS = {
    b"%PDF-": ContentType.PDF,
    b"\x89PNG\r\n\x1a\n": ContentType.PNG,
    b"\xff\xd8\xff": ContentType.JPEG,
}
END_OF_PNG = b"\0\0\0\0IEND\xaeB`\x82"
END_OF_JPEG = b"\xff\xd9"
END_OF_PDF = re.compile(rb"%%EOF[ \t\r\n\0]*\Z")
HEAD = 1024
MARKUP = re.compile(rb"<(script|html|svg|\?php|!doctype)", re.IGNORECASE)

# Keys and names of a PDF that run something, carry other files or reach outside.
ACTIVE = {
    "/JS",
    "/JavaScript",
    "/Launch",
    "/EF",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/AA",
    "/XFA",
    "/RichMedia",
    "/RichMediaExecute",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Movie",
    "/Sound",
    "/Rendition",
    "/3D",
}
# The same in the raw bytes: a lenient viewer may read what a strict one leaves out.
RAW_ACTIVE = re.compile(rb"/(JavaScript|EmbeddedFiles?|SubmitForm|ImportData|RichMedia|Launch)\b")
HARMLESS_LINKS = ("http://", "https://", "mailto:")
# What pypdf raises on files that do not hold what they say.
UNREADABLE = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
)
MOST_OBJECTS = 100_000
MOST_NESTING = 60


@dataclass(frozen=True)
class Inspected:
    content_type: ContentType
    sha256: str
    pages: int


def inspect(content, *, policy):
    """What ``content`` is. Raises ``AttachmentRefused`` with what to do about it."""
    if not content:
        raise AttachmentRefused(_("The file is empty. Choose another."))
    if len(content) > policy.most_file_bytes:
        raise too_large(policy)
    kinds = [kind for start, kind in BEGINNINGS.items() if content.startswith(start)]
    if not kinds:
        raise AttachmentRefused(
            _("Only PDF, PNG and JPEG files are taken. Export the document as PDF and upload that.")
        )
    kind = kinds[0]
    _refuse_two_in_one(content, kind)
    pages = _pages(content, policy) if kind == ContentType.PDF else _frames(content, kind, policy)
    return Inspected(kind, hashlib.sha256(content).hexdigest(), pages)


def too_large(policy):
    return AttachmentRefused(
        _("The file is larger than %(most)s. Make it smaller, for example with fewer images.")
        % {"most": filesizeformat(policy.most_file_bytes)}
    )


def _refuse_two_in_one(content, kind):
    """A file that is also something else, or that goes on after its end."""
    ends = {
        ContentType.PNG: content.endswith(END_OF_PNG),
        ContentType.JPEG: content.endswith(END_OF_JPEG),
        ContentType.PDF: END_OF_PDF.search(content, max(0, len(content) - HEAD)) is not None,
    }
    markup = MARKUP.search(content[:HEAD] if kind == ContentType.PDF else content)
    if markup or not ends[kind] or zipfile.is_zipfile(io.BytesIO(content)):
        raise AttachmentRefused(
            _(
                "The file is incomplete, or holds something else beside the %(type)s. "
                "Export it again from the program that made it."
            )
            % {"type": kind.label}
        )


def _frames(content, kind, policy):
    """1 for an image that can be shown whole."""
    try:
        with Image.open(io.BytesIO(content), formats=[kind.label]) as image:
            if math.prod(image.size) > policy.most_pixels:
                raise _too_many_pixels(policy)
            if getattr(image, "n_frames", 1) > 1:
                raise AttachmentRefused(
                    _("Moving images are not taken. Save a single picture, or upload a PDF.")
                )
            image.load()
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(policy) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise AttachmentRefused(_("The image is damaged. Save it again as PNG or JPEG.")) from error
    return 1


def _too_many_pixels(policy):
    return AttachmentRefused(
        _("The image has more than %(most)d megapixels. Scale it down.")
        % {"most": policy.most_pixels // 10**6}
    )


def _pages(content, policy):
    """The number of pages of a PDF that is nothing but pages."""
    if RAW_ACTIVE.search(content):
        raise _active()
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        if reader.is_encrypted:
            raise AttachmentRefused(
                _("The PDF is protected by a password or against changes. Upload it without that.")
            )
        return _walk(reader, policy)
    except UNREADABLE as error:
        raise _broken() from error


def _walk(reader, policy):
    """Look at every object that the file declares, whether a page needs it or not."""
    numbers = {number for table in reader.xref.values() for number in table}
    numbers |= set(reader.xref_objStm)
    if len(numbers) > MOST_OBJECTS:
        raise _too_many_pages(policy)
    declared = int(reader.trailer["/Root"]["/Pages"]["/Count"])
    if declared < 1:
        raise _broken()
    if declared > policy.most_pages:
        raise _too_many_pages(policy)
    _look_at(reader.trailer, depth=0)
    room = policy.most_unpacked_bytes
    for number in sorted(numbers - {0}):
        thing = reader.get_object(IndirectObject(number, 0, reader))
        _look_at(thing, depth=0)
        if isinstance(thing, StreamObject):
            room -= _unpacked_bytes(thing, room=room)
    return sum(1 for _page in reader.pages)


def _look_at(thing, *, depth):
    """Refuse active content in ``thing`` itself; what it refers to is looked at on its own."""
    if depth > MOST_NESTING:
        raise _broken()
    if isinstance(thing, DictionaryObject):
        _refuse_active(thing)
        parts = thing.values()
    else:
        parts = thing if isinstance(thing, ArrayObject) else ()
    for part in parts:
        if isinstance(part, NameObject) and part in ACTIVE:
            raise _active()
        _look_at(part, depth=depth + 1)


def _refuse_active(dictionary):
    link = dictionary.raw_get("/URI") if "/URI" in dictionary else None
    if ACTIVE & dictionary.keys() or (isinstance(link, str | bytes) and not _is_harmless(link)):
        raise _active()


def _is_harmless(link):
    text = link.decode("latin-1") if isinstance(link, bytes) else link
    return text.lower().startswith(HARMLESS_LINKS)


def _unpacked_bytes(stream, *, room):
    """How long a compressed stream gets, without ever holding more than a piece of it."""
    filters = stream.get("/Filter")
    names = list(filters) if isinstance(filters, ArrayObject) else [filters]
    if names.count("/FlateDecode") + names.count("/Fl") > 1 or "/LZWDecode" in names[1:]:
        raise _bomb()
    if names[0] not in {"/FlateDecode", "/Fl"}:
        return 0
    unpacker, data, length = zlib.decompressobj(), stream._data, 0
    while data and not unpacker.eof:
        try:
            length += len(unpacker.decompress(data, 1 << 20))
        except zlib.error:
            return length  # a picture may be damaged; what it could grow to is counted
        if length > room:
            raise _bomb()
        data = unpacker.unconsumed_tail
    return length


def _active():
    return AttachmentRefused(
        _(
            "The PDF holds scripts, forms that act, other files or links to programs. "
            "Print it to a new PDF and upload that."
        )
    )


def _broken():
    return AttachmentRefused(
        _("The PDF cannot be read. Export it again from the program that made it.")
    )


def _bomb():
    return AttachmentRefused(
        _("The PDF unpacks to more than the portal reads. Print it to a new PDF with less in it.")
    )


def _too_many_pages(policy):
    return AttachmentRefused(
        _("The PDF has more than %(most)d pages. Upload the part that matters.")
        % {"most": policy.most_pages}
    )
