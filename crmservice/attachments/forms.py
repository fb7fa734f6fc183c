"""Choosing files: each is checked while the form is, before any transaction begins."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crmservice.attachments.checking import ACCEPTED, LARGEST, Checked, check
from crmservice.errors import DomainError
from crmservice.web.forms import DeskForm

MOST_AT_ONCE = 10
MOST_ADDRESS = 1_000_000


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Some files, each as `checking.check` found it."""

    widget = SeveralFiles(attrs={"accept": ",".join(ACCEPTED)})

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = (data or [None]) if isinstance(data, list | tuple) else [data]
        if len(files) > MOST_AT_ONCE:
            raise ValidationError(
                _("%(most)s files at once at most.") % {"most": MOST_AT_ONCE}, code="many"
            )
        found = [super(FilesField, self).clean(each, initial) for each in files]
        return [self.checked(each) for each in found if each]

    def checked(self, upload: UploadedFile) -> Checked:
        try:
            return check(upload.name or "", upload.read(LARGEST + 1))
        except DomainError as no:
            raise ValidationError(str(no), code="refused") from no


class PictureAddressField(forms.CharField):
    """A photo as a tablet shrank it: a JPEG data address; cleaned it is what will be kept."""

    def __init__(self, **words: Any) -> None:
        super().__init__(max_length=MOST_ADDRESS, strip=False, **words)

    def clean(self, value: Any) -> Checked | None:
        start, _comma, content = (super().clean(value) or "").partition(",")
        if not start and not self.required:
            return None
        try:
            if start != "data:image/jpeg;base64":
                raise ValidationError(_("This is not a photo."), code="refused")
            return check("photo.jpg", b64decode(content, validate=True))
        except (NotBase64, DomainError) as no:
            raise ValidationError(_("This is not a photo."), code="refused") from no


class AttachForm(DeskForm):
    uploads = FilesField(
        label=gettext_lazy("Files"),
        help_text=gettext_lazy("Photos, PDF, text, CSV and Office documents, 15 MB each at most."),
    )
    visible = forms.BooleanField(
        label=gettext_lazy("The customer may see it, on the acceptance form too"), required=False
    )
    caption = forms.CharField(label=gettext_lazy("What it shows"), max_length=200, required=False)
