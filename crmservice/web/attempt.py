"""Find, attempt, answer: the middle of every view that writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from crmservice.errors import ConflictError, DomainError
from crmservice.patience import insist
from crmservice.web.forms import DeskForm
from crmservice.web.models import Submission


@dataclass(frozen=True)
class Outcome:
    """True when the action was carried out, now or by the first POST of this same form."""

    done: bool
    value: Any = None
    location: str = ""  # the result's page, or where the first submission went
    error: DomainError | None = None  # the rule's no

    def __bool__(self) -> bool:
        return self.done


def attempt(
    request: HttpRequest, form: DeskForm, action: Callable[..., Any], *args: Any, **kwargs: Any
) -> Outcome:
    """Run `action(*args, **kwargs)` when the form is valid; a rule's no becomes the form's error.

    The caller passes the form's values on as it needs them: a callable in `kwargs` is called after
    validation (`values=lambda: form.values`). The form's key and the action are one transaction: a
    second POST of the same form finds the key and gets the first one's answer. Of two who lock the
    same rows in another order both come through (F-08).
    """
    if not form.is_valid():
        return Outcome(done=False)
    key = form.cleaned_data.get("once", "")

    @transaction.atomic
    def carry_out() -> tuple[Any, str]:
        submission = claim(request, key)
        value = action(*args, **{k: v() if callable(v) else v for k, v in kwargs.items()})
        location = value.get_absolute_url() if hasattr(value, "get_absolute_url") else ""
        if submission:
            Submission.objects.filter(pk=submission.pk).update(location=location)
        return value, location

    try:
        value, location = insist(carry_out)
    except AlreadySubmittedError as already:
        return Outcome(done=True, location=already.location)
    except ConflictError as no:
        form.add_error(no.field if no.field in form.fields else None, str(no))
        know_by_now(form, no)
        return Outcome(done=False)
    except DomainError as no:
        form.add_error(no.field if no.field in form.fields else None, str(no))
        return Outcome(done=False, error=no)
    return Outcome(done=True, value=value, location=location)


def know_by_now(form: DeskForm, no: ConflictError) -> None:
    """The form is shown again with what was changed meanwhile: saved once more, only what its
    person typed is written over.
    """
    data: Any = form.data.copy()  # type: ignore[attr-defined]  # of a POST
    data[form.add_prefix("version")] = str(no.version)
    for name, value in no.meanwhile.items():
        if name in form.fields:
            field = form.fields[name]
            prepared = field.prepare_value(value)
            is_off = value is False or prepared is None
            data[form.add_prefix(name)] = "" if is_off else str(prepared)
    form.data = data


class AlreadySubmittedError(Exception):
    """Another POST of the same form came first; its outcome is at `location`."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def claim(request: HttpRequest, key: str) -> Submission | None:
    """Insert the key first: of two POSTs the second waits for the first one's commit and then finds
    it.
    """
    if not key:
        return None
    user = request.user if request.user.is_authenticated else None
    try:
        with transaction.atomic():
            return Submission.objects.create(key=key, user=user)
    except IntegrityError:
        first = Submission.objects.filter(key=key, user=user).first()
        raise AlreadySubmittedError(first.location if first else "") from None
