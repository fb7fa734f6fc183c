"""What may be attached: by ending and by content (S-33, S-36)."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from crmservice.attachments import checking
from crmservice.attachments.checking import LARGEST, LONGEST_SIDE, PREVIEW_SIDE, check
from crmservice.errors import DomainError


def picture(kind="JPEG", size=(40, 30), mode="RGB", **options):
    out = BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


def archive(*names):
    out = BytesIO()
    with ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


OFFICE = archive("[Content_Types].xml", "xl/workbook.xml")
WITH_PROGRAM = archive("[Content_Types].xml", "xl/vbaProject.bin")


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("plate.jpg", picture(), "image/jpeg"),
        ("plate.JPEG", picture(), "image/jpeg"),
        ("plate.png", picture("PNG"), "image/png"),
        ("plate.webp", picture("WEBP"), "image/jpeg"),
        ("wrongly named.png", picture("JPEG"), "image/jpeg"),
        ("report.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("values.csv", "型号,数值\n".encode(), "text/csv"),
        ("values.csv", "型号,数值\n".encode("gb18030"), "text/csv"),
        ("log.txt", b"ok", "text/plain"),
        ("book.xlsx", OFFICE, checking.OFFICE[".xlsx"]),
    ],
)
def test_what_its_ending_says_and_its_content_confirms_is_kept(name, content, content_type):
    assert check(name, content).content_type == content_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("drawing.svg", b"<svg/>"),
        ("data.xml", b"<x/>"),
        ("run.exe", b"MZ"),
        ("none", b"text"),
        ("page.jpg", b"<script>alert(1)</script>"),
        ("page.pdf", b"<html>"),
        ("binary.txt", b"a\x00b"),
        ("not text.txt", b"\xff\xff\xff"),
        ("macro.xlsx", WITH_PROGRAM),
        ("zip.docx", archive("other.xml")),
        ("broken.docx", b"PK\x03\x04 broken"),
        ("cut.jpg", picture(size=(400, 300))[:300]),
        ("empty.txt", b""),
        ("script.php.", b"<?php"),
    ],
)
def test_everything_else_is_refused_in_words(name, content):
    with pytest.raises(DomainError) as no:
        check(name, content)

    assert no.value.field == "uploads"


@pytest.mark.parametrize(("size", "is_kept"), [(LARGEST, True), (LARGEST + 1, False)])
def test_a_file_has_a_largest_size(size, is_kept):
    content = b"a" * size

    if is_kept:
        assert check("a.txt", content).content == content
    else:
        with pytest.raises(DomainError, match="15 MB"):
            check("a.txt", content)


def test_a_picture_with_too_many_pixels_is_not_even_decoded(monkeypatch):
    monkeypatch.setattr(checking, "MOST_PIXELS", 40 * 30)

    assert check("a.png", picture("PNG", (40, 30))).content

    with pytest.raises(DomainError, match="pixels"):
        check("a.png", picture("PNG", (41, 30)))


def test_what_a_camera_wrote_beside_the_picture_is_not_kept():
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)

    kept = check("a.jpg", picture(exif=exif)).content

    assert b"secret camera" not in kept
    assert not dict(Image.open(BytesIO(kept)).getexif())


def test_a_picture_stands_upright_and_is_no_larger_than_serves():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter

    found = check("a.jpg", picture(size=(4000, 1000), exif=exif))

    assert Image.open(BytesIO(found.content)).size == (640, LONGEST_SIDE)
    assert max(Image.open(BytesIO(found.preview)).size) == PREVIEW_SIDE


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("照片 1.txt", "照片 1.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie x.txt".replace(" x", ": x")),
        ("gpj.\u202etxt.txt", "gpj.txt.txt"),
        (f"{'长' * 300}.txt", f"{'长' * 116}.txt"),
    ],
)
def test_a_name_has_no_path_and_nothing_unseen(typed, kept):
    assert check(typed, b"x").name == kept


@given(st.text(max_size=300))
def test_any_name_becomes_one_line_of_a_usual_length(name):
    found = checking.readable(name)

    assert 0 < len(found) <= checking.LONGEST_NAME
    assert not checking.UNSEEN.search(found)
