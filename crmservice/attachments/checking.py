"""What may be attached, by its ending *and* its content (trust.md S-33, S-36).

Pictures are read and written anew: what is kept has no position, no camera data, and nothing
behind the picture. Other kinds are kept as they are and are only ever handed out as downloads.
"""

import re
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from crmservice.errors import DomainError

LARGEST = 15 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2560  # of what is kept: a serial plate is still read on it
PREVIEW_SIDE = 360
QUALITY = 85
LONGEST_NAME = 120
MOST_ENTRIES = 5_000
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff/\\\\]")

PICTURES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}
TEXTS = {".txt": "text/plain", ".log": "text/plain", ".csv": "text/csv"}
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
PDF = ".pdf"
ACCEPTED = (*PICTURES, PDF, *TEXTS, *OFFICE)
BY_CONTENT = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png")}


@dataclass(frozen=True)
class Checked:
    """What will be kept; `preview` is a small JPEG of a picture, else empty."""

    name: str
    content_type: str
    ending: str
    content: bytes
    preview: bytes = b""


def check(name: str, content: bytes) -> Checked:
    """What to keep of a file, or a DomainError in words for whoever attaches it."""
    name = readable(name)
    if not content:
        raise DomainError(_("“%(name)s” is empty.") % {"name": name}, field="uploads")
    if len(content) > LARGEST:
        raise DomainError(
            _("“%(name)s” is too large: %(most)s MB at most.")
            % {"name": name, "most": LARGEST // 1024 // 1024},
            field="uploads",
        )
    ending = PurePosixPath(name).suffix.lower()
    if ending in PICTURES:
        return picture(name, content)
    content_type = document_type(ending, content)
    if not content_type:
        raise DomainError(
            _("“%(name)s” is none of the kinds that can be attached: %(kinds)s.")
            % {"name": name, "kinds": ", ".join(each.removeprefix(".") for each in ACCEPTED)},
            field="uploads",
        )
    return Checked(name, content_type, ending, content)


def readable(name: str) -> str:
    """The file's name without path and unseen signs, its ending kept when it is too long."""
    name = UNSEEN.sub("", unicodedata.normalize("NFC", name.replace("\\", "/").split("/")[-1]))
    path = PurePosixPath(name.strip(" .") or "file")
    return f"{path.stem[: LONGEST_NAME - len(path.suffix[:10])]}{path.suffix[:10]}"


def document_type(ending: str, content: bytes) -> str:
    """The type that the content confirms, or nothing."""
    if ending == PDF:
        return "application/pdf" if content.startswith(b"%PDF-") else ""
    if ending in TEXTS:
        return TEXTS[ending] if is_text(content) else ""
    return OFFICE[ending] if ending in OFFICE and is_office(content) else ""


def is_text(content: bytes) -> bool:
    if b"\x00" in content:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def is_office(content: bytes) -> bool:
    """A document without programs in it; its table of contents is read, nothing is unpacked."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except (BadZipFile, ValueError, NotImplementedError):
        return False
    has_program = any(each.lower().endswith(("vbaproject.bin", ".exe", ".js")) for each in names)
    return "[Content_Types].xml" in names and len(names) <= MOST_ENTRIES and not has_program


def picture(name: str, content: bytes) -> Checked:
    """The picture itself, upright, of a size that serves; WebP becomes JPEG."""
    try:
        with Image.open(BytesIO(content), formats=tuple(set(PICTURES.values()))) as found:
            width, height = found.size
            if width * height > MOST_PIXELS:
                raise DomainError(
                    _("“%(name)s” has too many pixels: %(most)s million at most.")
                    % {"name": name, "most": MOST_PIXELS // 1_000_000},
                    field="uploads",
                )
            kind = "PNG" if found.format == "PNG" else "JPEG"
            found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded smaller at once
            upright = ImageOps.exif_transpose(found)
            shown = upright.convert("RGBA" if kind == "PNG" and has_alpha(upright) else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DomainError(
            _("“%(name)s” cannot be read as a picture.") % {"name": name}, field="uploads"
        ) from error
    content_type, ending = BY_CONTENT[kind]
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = shown.convert("RGB")
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    stem = name.rpartition(".")[0] or name
    return Checked(
        f"{stem}{ending}", content_type, ending, encoded(shown, kind), encoded(small, "JPEG")
    )


def has_alpha(image: Image.Image) -> bool:
    return image.mode in {"RGBA", "LA"} or "transparency" in image.info


def encoded(image: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    if kind == "PNG":
        image.save(out, kind, optimize=True)
    else:
        image.save(out, kind, quality=QUALITY, optimize=True)
    return out.getvalue()
