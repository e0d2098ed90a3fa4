"""Hostile files: each is refused with a sentence, and nothing of it stays."""

import io
import re
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from allocations.exceptions import AttachmentRefused
from allocations.flows.inspection import inspect
from allocations.models import ContentType, IntakePolicy
from tests.allocations.uploads import packed, pdf, picture, stream

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
LINK = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(%s)>>>>]"
POLICY = IntakePolicy(
    most_file_bytes=10**7,
    most_pages=100,
    most_pixels=50_000_000,
    most_unpacked_bytes=20_000_000,
)


def archive(before=b""):
    out = io.BytesIO()
    out.write(before)
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("evil.txt", "evil")
    return out.getvalue()


def huge_png(width, height):
    """A head that announces more than there is."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    real = picture("PNG")
    return real[:8] + head + real[33:]


def moving_png():
    out = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "teal")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


def deep(levels):
    return pdf(objects=[b"[" * levels + b"]" * levels])


PNG, JPEG = picture("PNG"), picture("JPEG")
ACTIVE = "The PDF holds scripts"
BROKEN = "The PDF cannot be read"
MIXED = "The file is incomplete, or holds something else"
TYPES = "Only PDF, PNG and JPEG"
DAMAGED = "The image is damaged"
HOSTILE = {
    "nothing": (b"", "The file is empty"),
    "one byte": (b"%", TYPES),
    "text": (b"Our work plan", TYPES),
    "an HTML page": (b"<html><script>alert(1)</script></html>", TYPES),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', TYPES),
    "a program": (b"MZ" + bytes(200), TYPES),
    "an ELF program": (b"\x7fELF" + bytes(200), TYPES),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", TYPES),
    "an archive": (archive(), TYPES),
    "a GIF": (b"GIF89a" + bytes(100), TYPES),
    "a TIFF": (b"II*\0" + bytes(100), TYPES),
    "a BMP": (b"BM" + bytes(100), TYPES),
    "a WebP": (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20), TYPES),
    "PostScript": (b"%!PS-Adobe-3.0\n%%EOF", TYPES),
    "a PDF after rubbish": (b"rubbish\n" + pdf(), TYPES),
    "a byte-order mark before a PDF": (b"\xef\xbb\xbf" + pdf(), TYPES),
    "too many bytes": (pdf() + bytes(11 * 2**20), "The file is larger than"),
    # a PDF that acts
    "a script at the start": (pdf(root=b"/OpenAction" + SCRIPT), ACTIVE),
    "a script by name": (pdf(root=b"/Names<</JavaScript<</Names[(a) 4 0 R]>>>>"), ACTIVE),
    "a script with an escaped name": (pdf(root=b"/OpenAction<</S/J#61vaScript/J#53(x)>>"), ACTIVE),
    "a script in a packed object": (pdf(objects=[b"<</J#53(x)>>"]), ACTIVE),
    "a script on a page": (pdf(page=b"/AA<</O" + SCRIPT + b">>"), ACTIVE),
    "additional actions": (pdf(root=b"/AA<</WC<</S/Named/N/Print>>>>"), ACTIVE),
    "a launch": (pdf(root=b"/OpenAction<</S/Launch/F(cmd.exe)>>"), ACTIVE),
    "a launch with an escaped name": (pdf(root=b"/OpenAction<</S/L#61unch/F(cmd)>>"), ACTIVE),
    "an embedded file": (pdf(root=b"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>"), ACTIVE),
    "a file specification": (pdf(objects=[b"<</Type/Filespec/EF<</F 3 0 R>>>>"]), ACTIVE),
    "an embedded stream": (pdf(objects=[stream(b"MZ", extra=b"/Type/EmbeddedFile")]), ACTIVE),
    "a form that submits": (pdf(objects=[b"<</S/SubmitForm/F(http://x.example)>>"]), ACTIVE),
    "a form that imports": (pdf(objects=[b"<</S/ImportData/F(x.fdf)>>"]), ACTIVE),
    "an XFA form": (pdf(root=b"/AcroForm<</XFA 4 0 R/Fields[]>>", objects=[b"()"]), ACTIVE),
    "rich media": (pdf(page=b"/Annots[<</Subtype/RichMedia>>]"), ACTIVE),
    "a film": (pdf(page=b"/Annots[<</Subtype/Movie>>]"), ACTIVE),
    "a sound": (pdf(objects=[b"<</S/Sound>>"]), ACTIVE),
    "a rendition": (pdf(objects=[b"<</S/Rendition>>"]), ACTIVE),
    "a 3D model": (pdf(page=b"/Annots[<</Subtype/3D>>]"), ACTIVE),
    "a jump to another file": (pdf(root=b"/OpenAction<</S/GoToR/F(//host/share)>>"), ACTIVE),
    "a jump to an embedded file": (pdf(root=b"/OpenAction<</S/GoToE>>"), ACTIVE),
    "a link that runs": (pdf(page=LINK % b"javascript:alert\\(1\\)"), ACTIVE),
    "a link to a file": (pdf(page=LINK % b"file:///etc/passwd"), ACTIVE),
    "a link to a share": (pdf(page=LINK % b"\\\\\\\\host\\\\share"), ACTIVE),
    "a link with data": (pdf(page=LINK % b"data:text/html,x"), ACTIVE),
    "a link in capitals": (pdf(page=LINK % b"JaVaScRiPt:x"), ACTIVE),
    "a script that only a lenient reader sees": (
        pdf().replace(b"xref\n", b"9 0 obj<</S/JavaScript>>endobj\nxref\n", 1),
        ACTIVE,
    ),
    # a PDF that is none
    "a password": (pdf(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2>>/ID[<00><00>]"), ""),
    "half a PDF": (pdf()[:200], MIXED),
    "a PDF without its table": (
        re.sub(rb"xref.*trailer", b"trailer", pdf(), flags=re.DOTALL),
        BROKEN,
    ),
    "a PDF with a wrong table": (pdf().replace(b"startxref\n", b"startxref\n9"), BROKEN),
    "a head alone": (b"%PDF-1.7\n%%EOF", BROKEN),
    "no pages": (pdf(pages=0), BROKEN),
    "no catalogue": (pdf().replace(b"/Root 1 0 R", b"/Rood 1 0 R"), BROKEN),
    "pages that are their own parent": (
        pdf().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
        BROKEN,
    ),
    "an object that refers to itself": (pdf(root=b"/Foo 4 0 R", objects=[b"4 0 R"]), BROKEN),
    "arrays in arrays": (deep(100), BROKEN),
    "arrays without end": (deep(20_000), BROKEN),
    "many pages": (pdf(pages=101), "The PDF has more than 100 pages"),
    "a million pages announced": (pdf(count=10**6), "The PDF has more than 100 pages"),
    "fewer than none announced": (pdf(count=-5), BROKEN),
    "a bomb": (pdf(objects=[packed(bytes(30_000_000))]), "The PDF unpacks to more"),
    "a bomb of parts": (pdf(objects=[packed(bytes(9_000_000))] * 3), "The PDF unpacks to more"),
    "a bomb in a bomb": (
        pdf(objects=[stream(b"x", extra=b"/Filter[/FlateDecode/FlateDecode]")]),
        "The PDF unpacks to more",
    ),
    # two in one
    "an archive behind a PDF": (pdf() + archive(), MIXED),
    "an archive whose end is the PDF's": (archive(pdf())[:-2] + b"\x06\0%%EOF\n", MIXED),
    "a page behind a PDF": (pdf() + b"<html>", MIXED),
    "a page in a PDF's head": (pdf().replace(b"\n", b"\n%<script>alert(1)</script>\n", 1), MIXED),
    "an archive behind a PNG": (PNG + archive(), MIXED),
    "an archive behind a JPEG": (JPEG + archive(), MIXED),
    "a script behind a JPEG": (JPEG + b"<?php system($_GET[0]);", MIXED),
    "a script inside a JPEG": (picture("JPEG", comment=b"<?php x ?>"), MIXED),
    "a script inside a PNG": (PNG[:-12] + b"<script>" + PNG[-12:], MIXED),
    "half a PNG": (PNG[:-20], MIXED),
    "half a JPEG": (JPEG[: len(JPEG) // 2], MIXED),
    "a JPEG that is its ends": (b"\xff\xd8\xff\xd9", DAMAGED),
    # images that are too much, or nothing
    "a head alone as PNG": (PNG[:8] + b"\0\0\0\0IEND\xaeB`\x82", DAMAGED),
    "a PNG with a wrong sum": (PNG[:30] + b"\0\0\0\0" + PNG[34:], DAMAGED),
    "a PNG without its middle": (PNG[:45] + PNG[-12:], DAMAGED),
    "a JPEG without its middle": (JPEG[:300] + JPEG[-2:], DAMAGED),
    "a million by a million pixels": (huge_png(10**6, 10**6), "The image has"),
    "two thousand million pixels": (huge_png(2**31 - 1, 1), "The image has"),
    "more pixels than taken": (huge_png(9000, 9000), "The image has"),
    "a moving picture": (moving_png(), "Moving images are not taken"),
}


@pytest.mark.parametrize(("content", "start"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_what_to_do(content, start):
    with pytest.raises(AttachmentRefused) as refused:
        inspect(content, policy=POLICY)
    assert str(refused.value).startswith(start)
    assert str(refused.value).count(".") >= 1


HARMLESS = {
    "a plain page": (pdf(), ContentType.PDF, 1),
    "a hundred pages": (pdf(pages=100), ContentType.PDF, 100),
    "a link to the web": (pdf(page=LINK % b"https://jaif.example/"), ContentType.PDF, 1),
    "a link that writes mail": (pdf(page=LINK % b"mailto:a@b.example"), ContentType.PDF, 1),
    "a view to open with": (pdf(root=b"/OpenAction[3 0 R/Fit]"), ContentType.PDF, 1),
    "packed contents": (pdf(objects=[packed(b"BT ET" * 1000)]), ContentType.PDF, 1),
    "line ends after the end": (pdf() + b"\r\n\n", ContentType.PDF, 1),
    "a picture": (PNG, ContentType.PNG, 1),
    "a photograph": (JPEG, ContentType.JPEG, 1),
}


@pytest.mark.parametrize(("content", "kind", "pages"), HARMLESS.values(), ids=HARMLESS.keys())
def test_a_harmless_file_is_taken(content, kind, pages):
    found = inspect(content, policy=POLICY)

    assert (found.content_type, found.pages) == (kind, pages)
