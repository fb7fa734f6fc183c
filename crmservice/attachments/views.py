"""Handing files out: only to who sees the record, never as a page of ours (S-34)."""

from django.apps import apps
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from crmservice.attachments.models import Attachment
from crmservice.web.access import everybody
from crmservice.web.http import StaffRequest

ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
@everybody
def open_file(request: StaffRequest, pk: int) -> HttpResponse:
    """A picture is shown, everything else is a download."""
    attachment = find(request, pk)
    return handed_out(attachment, is_small=False)


@require_safe
@everybody
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    attachment = find(request, pk)
    if not attachment.is_photo:
        raise Http404
    return handed_out(attachment, is_small=True)


def find(request: StaffRequest, pk: int) -> Attachment:
    """404 for a file whose record this person does not see, as for one that is not there."""
    attachment = get_object_or_404(Attachment, pk=pk)
    records = apps.get_model(attachment.subject_type)._default_manager
    if not records.visible_to(request.user).filter(pk=attachment.subject_id).exists():
        raise Http404
    return attachment


def handed_out(attachment: Attachment, *, is_small: bool) -> HttpResponse:
    """The bytes, which are few enough to be read at once (`checking.LARGEST`)."""
    file = attachment.preview_file if is_small else attachment.file
    try:
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise Http404 from error
    kind = "image/jpeg" if is_small else attachment.content_type
    response = HttpResponse(content, content_type=kind)
    is_saved = not attachment.is_photo
    response["Content-Disposition"] = content_disposition_header(is_saved, attachment.name) or ""
    response["Content-Security-Policy"] = ALONE
    response["X-Content-Type-Options"] = "nosniff"
    return response
