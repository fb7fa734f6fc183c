"""The door of the tablets' log: what was done without a network comes in here, action by action.

A verb is one entry of `VERBS` (or of what the floors above answer to `tablet_verbs`): the form and
the action of the page that works online.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.forms import ChoiceField, ModelChoiceField
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST

from crmservice.errors import DomainError
from crmservice.patience import insist
from crmservice.web.access import allowed, everybody
from crmservice.web.attempt import attempt
from crmservice.web.forms import DeskForm
from crmservice.web.http import StaffRequest
from crmservice.web.text import in_language, moment
from dispatch import actions, policies, queries, signals
from dispatch.actions import AlreadyTakenError, Said, UnreadableError
from dispatch.choices import Outcome
from dispatch.forms.board import OwnTimeForm
from dispatch.forms.signing import CompleteForm, NotSolvedForm
from dispatch.forms.verbs import ReasonForm
from dispatch.forms.working import (
    DraftForm,
    HelpForm,
    NextVisitForm,
    NoticedForm,
    PartForm,
    PhotoForm,
    RemovePartForm,
    StepForm,
    TabletItemForm,
    TimeEntryForm,
)
from dispatch.models import SyncedAction, Task, WorkReport
from dispatch.signals import Difference, TabletVerb
from employees.models import Employee

log = logging.getLogger(__name__)

MOST_ACTIONS = 50  # of one request
MOST_SHOWN = 50
LONGEST_NAME, LONGEST_KEY, SHORTEST_KEY = 80, 64, 16
OLDEST = timedelta(days=8)  # what waits longer counts as this old
TEXTS = ("verb", "task", "key", "instead_of")
SEAL = "dispatch.package"


def of_step(label: Any, action: Callable[..., Any], stamp: str) -> TabletVerb:
    """One tap. Another device of the same person may have told it before; then it is done."""

    def act(
        task: Task, form: StepForm, *, by: Employee, happened_at: datetime, at: datetime
    ) -> None:
        if stamp and getattr(task, stamp) and task.assignee_id == by.pk:
            return
        typed = form.cleaned_data["happened_at"]
        action(task, happened_at=typed or not_before(task, happened_at), by=by, at=at)

    return TabletVerb(label, lambda fields, _task, _user: StepForm(fields), act)


def not_before(task: Task, happened_at: datetime) -> datetime:
    """The device's clock does not break the order of the steps."""
    last = task.last_step_at
    return max(happened_at, last) if last else happened_at


def refuse(task: Task, form: ReasonForm, *, by: Employee, at: datetime, **_when: Any) -> None:
    actions.refuse(task, reason=form.cleaned_data["reason"], by=by, at=at)


def add_part(
    task: Task, form: PartForm, *, by: Employee, happened_at: datetime, **_at: Any
) -> None:
    actions.add_part(task, **form.values, by=by, at=happened_at)


def remove_part(
    task: Task, form: RemovePartForm, *, by: Employee, happened_at: datetime, **_at: Any
) -> None:
    part_use = task.parts_used.select_related("part").filter(pk=form.cleaned_data["part_use"])
    for found in part_use:  # else it is off already
        actions.remove_part(task, part_use=found, by=by, at=happened_at)


def draft(
    task: Task, form: DraftForm, *, by: Employee, known: Mapping[str, Any], **_when: Any
) -> list[Difference]:
    return actions.merge_draft(task, form.readable, known, by=by, at=_when["at"])


def ask_for_help(task: Task, form: HelpForm, *, by: Employee, at: datetime, **_when: Any) -> None:
    actions.ask_for_help(task, question=form.cleaned_data["question"], by=by, at=at)


def ask_for_next_visit(
    task: Task, form: NextVisitForm, *, by: Employee, happened_at: datetime, at: datetime
) -> None:
    actions.ask_for_next_visit(task, wish=form.wish, happened_at=happened_at, by=by, at=at)


def book_own_time(
    task: Task, form: OwnTimeForm, *, by: Employee, at: datetime, **_when: Any
) -> None:
    actions.book_own_time(task, **form.values, by=by, at=at)


def take_back_own_time(
    task: Task, form: TimeEntryForm, *, by: Employee, at: datetime, **_when: Any
) -> None:
    for found in task.time_entries.filter(pk=form.cleaned_data["entry"]):  # else it is off already
        actions.take_back_own_time(task, entry=found, by=by, at=at)


def notice_business(
    task: Task, form: NoticedForm, *, by: Employee, at: datetime, **_when: Any
) -> None:
    actions.notice_business(task, **form.values, by=by, at=at)


def answer_item(
    task: Task, form: TabletItemForm, *, by: Employee, happened_at: datetime, at: datetime
) -> None:
    item = task.checklist.filter(pk=form.cleaned_data["item"]).first()
    if item is None:
        raise DomainError(_("The checklist of this task has no such point."))
    said = {name: form.cleaned_data[name] for name in ("answer", "photo")}
    actions.answer_item(task, item=item, **said, happened_at=happened_at, by=by, at=at)


def attach_photo(
    task: Task, form: PhotoForm, *, by: Employee, happened_at: datetime, at: datetime
) -> None:
    if not policies.may_attach(by, task):
        raise DomainError(_("Nothing is attached to this task any more."))
    actions.attach(
        task,
        [form.cleaned_data["photo"]],
        caption=form.cleaned_data["caption"],
        happened_at=happened_at,
        about=actions.about(task),
        by=by,
        at=at,
    )


def of_sign_off(label: Any, form: type, action: Callable[..., Any]) -> TabletVerb:
    """The end of the work. Its texts count; what another device had drafted is answered."""

    def act(
        task: Task,
        form: CompleteForm,
        *,
        by: Employee,
        happened_at: datetime,
        at: datetime,
        known: Mapping[str, Any],
    ) -> list[Difference]:
        report = WorkReport.objects.filter(task=task).first()
        found = list(actions.disputed(report, form.cleaned_data, known)) if report else []
        ended = not_before(task, happened_at)
        action(task, sign_off=form.sign_off, happened_at=ended, by=by, at=at)
        return found

    return TabletVerb(label, lambda fields, task, _user: form(fields, task=task), act, knows=True)


VERBS: dict[str, TabletVerb] = {
    "accept": of_step(gettext_lazy("Accept"), actions.accept, "accepted_at"),
    "refuse": TabletVerb(
        gettext_lazy("Refuse"), lambda fields, _task, _user: ReasonForm(fields), refuse
    ),
    "travel": of_step(gettext_lazy("Set out"), actions.travel, "travelling_at"),
    "arrive": of_step(gettext_lazy("I have arrived"), actions.arrive, "arrived_at"),
    "start": of_step(gettext_lazy("Start the work"), actions.start, "working_at"),
    "restore": of_step(gettext_lazy("It works again now"), actions.restore, ""),
    "pause": of_step(gettext_lazy("Pause"), actions.pause, ""),
    "carry_on": of_step(gettext_lazy("Carry on"), actions.carry_on, ""),
    "ask_for_help": TabletVerb(
        gettext_lazy("Ask for help"), lambda fields, _task, _user: HelpForm(fields), ask_for_help
    ),
    "ask_for_next_visit": TabletVerb(
        gettext_lazy("Next visit"),
        lambda fields, _task, _user: NextVisitForm(fields),
        ask_for_next_visit,
    ),
    "answer_item": TabletVerb(
        gettext_lazy("Checklist"),
        lambda fields, _task, _user: TabletItemForm(fields),
        answer_item,
        reads_first=True,
    ),
    "attach_photo": TabletVerb(
        gettext_lazy("Photo"),
        lambda fields, _task, _user: PhotoForm(fields),
        attach_photo,
        reads_first=True,
    ),
    "notice_business": TabletVerb(
        gettext_lazy("New business"),
        lambda fields, _task, _user: NoticedForm(fields),
        notice_business,
    ),
    "book_own_time": TabletVerb(
        gettext_lazy("Own time"), lambda fields, _task, _user: OwnTimeForm(fields), book_own_time
    ),
    "take_back_own_time": TabletVerb(
        gettext_lazy("Own time taken back"),
        lambda fields, _task, _user: TimeEntryForm(fields),
        take_back_own_time,
    ),
    "add_part": TabletVerb(
        gettext_lazy("Part used"), lambda fields, _task, _user: PartForm(fields), add_part
    ),
    "remove_part": TabletVerb(
        gettext_lazy("Part not used"),
        lambda fields, _task, _user: RemovePartForm(fields),
        remove_part,
    ),
    "save_draft": TabletVerb(
        gettext_lazy("Draft of the report"),
        lambda fields, _task, _user: DraftForm(fields),
        draft,
        knows=True,
    ),
    "complete": of_sign_off(gettext_lazy("Finish"), CompleteForm, actions.complete),
    "not_solved": of_sign_off(gettext_lazy("Not solved"), NotSolvedForm, actions.not_solved),
}


def verb_of(name: str) -> TabletVerb | None:
    if name in VERBS:
        return VERBS[name]
    answers: list[tuple[Any, Any]] = signals.tablet_verbs.send(Task)
    return next((verbs[name] for _receiver, verbs in answers if name in verbs), None)


@everybody
@require_http_methods(["GET", "HEAD", "POST"])
def sync(request: StaffRequest) -> HttpResponse:
    """GET: whose log-in it is, a token for the next POST and the server's time. POST: a list of
    actions, each answered for itself.

    Whoever may not carry out tasks any more is told so; what waited on the tablet is kept.
    """
    if request.method != "POST":
        return answer_to(request, {"token": get_token(request)})
    at = now()
    try:
        told = read(request)
    except UnreadableError as no:
        return JsonResponse({"words": [str(no)]}, status=400)
    if not is_sealed(told.get("package"), request.user):
        return JsonResponse({"words": [_("This package was made for somebody else.")]}, status=403)
    answers: list[dict[str, Any]] = []
    for action in told["actions"]:
        try:
            answers.append(take(request.user, told, action, at))
        except UnreadableError as no:
            answers.append(no_to(action, 400, str(no)))
        except Exception:  # one that fails does not take the earlier ones' answers away
            log.exception("An action of a tablet failed")
            answers.append(no_to(action, 500, _("The server could not do this; it tries again.")))
            break
    tasks = queries.statuses_on_tablet(numbers_of(told), request.user)
    return answer_to(request, {"answers": answers, "tasks": tasks})


def answer_to(request: StaffRequest, said: dict[str, Any]) -> JsonResponse:
    user = request.user
    said |= {
        "user": user.pk,
        "may": user.may("dispatch.carry_out"),
        "now": int(now().timestamp() * 1000),
    }
    return JsonResponse(said, headers={"Cache-Control": "no-store, private"})


def numbers_of(told: dict[str, Any]) -> set[str]:
    named = (action.get("task") for action in told["actions"] if isinstance(action, dict))
    return {number for number in named if isinstance(number, str)}


def read(request: HttpRequest) -> dict[str, Any]:
    """The envelope; UnreadableError for what no tablet of ours sends."""
    try:
        told = json.loads(request.body, parse_constant=refuse_constant)
        text = json.dumps(told, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError):
        raise unreadable() from None
    if "\\u0000" in text or not isinstance(told, dict):
        raise unreadable()
    acts, device = told.get("actions"), told.get("device")
    is_list = isinstance(acts, list) and 0 < len(acts) <= MOST_ACTIONS
    if not is_list or not is_word(device, LONGEST_KEY) or not is_moment(told.get("sent_at")):
        raise unreadable()
    return told


def refuse_constant(name: str) -> None:
    raise ValueError(name)


def unreadable(words: str = "") -> UnreadableError:
    return UnreadableError({}, [words or _("This is not what a tablet tells.")])


def is_word(value: Any, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most and value.isprintable()


def is_moment(value: Any) -> bool:
    """Milliseconds since 1970 of a date that a clock can show."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value < 2**45


def is_sealed(seal: Any, user: Employee) -> bool:
    """Whether the package that the tablet works by was given to this person; none is no lie."""
    if not seal:
        return True
    try:
        whose, _version = signing.Signer(salt=SEAL).unsign(str(seal)).split(":", 1)
    except (signing.BadSignature, ValueError):
        return False
    return whose == str(user.pk)


def take(user: Employee, told: dict[str, Any], action: Any, at: datetime) -> dict[str, Any]:
    """One action, as the tablet hears of it."""
    check(action)
    if action.get("user") != user.pk:
        return no_to(action, 403, _("This was done by somebody else, who has to log in."))
    verb = verb_of(action["verb"])
    if verb is None:
        raise unreadable(_("The server does not know “%(verb)s”.") % {"verb": action["verb"]})
    said = Said(
        key=action["key"],
        digest=digest(action),
        device=told["device"],
        number=action["task"],
        verb=action["verb"],
        label=lambda: str(verb.label),
        fields=action["fields"],
        known=action.get("known", {}),
        happened_at=at - age(action["at"], told["sent_at"]),
        instead_of=action.get("instead_of", ""),
        is_live=action.get("live") is True,
    )
    try:
        synced = insist(
            lambda: actions.take_in(said, carrying_out(said, verb, user, at), by=user, at=at)
        )
    except AlreadyTakenError as already:
        synced = already.first
        if synced.employee_id != user.pk or synced.digest != said.digest:
            return no_to(action, 422, _("Something else was told under the same key."))
    return answer_of(synced)


def check(action: Any) -> None:
    """The shape of an action; what it means is the form's and the rule's to say."""
    if not isinstance(action, dict):
        raise unreadable()
    words = {name: action.get(name, "") for name in TEXTS}
    are_words = all(is_word(words[name], LONGEST_KEY) for name in TEXTS[:3])
    key, fields, known = words["key"], action.get("fields"), action.get("known", {})
    is_key = are_words and len(key) >= SHORTEST_KEY
    again = words["instead_of"]
    is_again = again == "" or is_word(again, LONGEST_KEY)
    if not (is_key and is_again and is_moment(action.get("at"))):
        raise unreadable()
    if not (is_texts(fields) and is_texts(known)):
        raise unreadable()


def is_texts(fields: Any) -> bool:
    """A flat dict of texts, or of lists of texts."""
    return isinstance(fields, dict) and all(
        len(name) <= LONGEST_NAME and (isinstance(value, str) or is_list_of_texts(value))
        for name, value in fields.items()
    )


def is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def digest(action: dict[str, Any]) -> str:
    """Of what the action says; whether it was told at once or later makes no difference."""
    body = {name: action.get(name) for name in ("verb", "task", "fields", "known", "at", "user")}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def age(happened: float, sent: float) -> timedelta:
    """How long ago by the device's own clock, which may be wrong but goes evenly."""
    waited = timedelta(milliseconds=sent - happened)
    return min(max(waited, timedelta()), OLDEST)


def carrying_out(
    said: Said, verb: TabletVerb, user: Employee, at: datetime
) -> Callable[[Task], Any]:
    data = posted(said.fields)
    early = verb.form(data, None, user) if verb.reads_first else None
    if early is not None:
        early.is_valid()  # a picture is read before anything is locked

    def carry_out(task: Task) -> Any:
        if not user.may("dispatch.carry_out"):
            raise DomainError(_("You may not carry out tasks any more."))
        form = early if early is not None else verb.form(data, task, user)
        refuse_unknown(said.fields, form)
        if not form.is_valid() and not getattr(form, "takes_what_is_readable", False):
            raise UnreadableError(errors_of(form), words_of(form))
        known = {"known": known_values(said.known)} if verb.knows else {}
        return verb.act(task, form, by=user, happened_at=min(said.happened_at, at), at=at, **known)

    return carry_out


def posted(fields: Mapping[str, Any]) -> QueryDict:
    """As a browser would have posted it."""
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def refuse_unknown(fields: Mapping[str, Any], form: Any) -> None:
    """A page that lies on the tablet may show a field that the task does not ask for any more."""
    known = form.base_fields.keys() | getattr(form, "MAY_ASK", frozenset())
    known |= getattr(form, "survey_names", frozenset())
    unknown = sorted(fields.keys() - known)
    if unknown:
        raise DomainError(
            _("The server does not know “%(names)s”.") % {"names": ", ".join(unknown)}
        )


def known_values(known: Mapping[str, Any]) -> dict[str, Any]:
    """What the tablet knew of the report, read like what was typed."""
    form = DraftForm(posted(known))
    form.is_valid()
    return form.readable


def errors_of(form: Any) -> dict[str, list[str]]:
    return {name: [str(each) for each in errors] for name, errors in form.errors.items()}


def words_of(form: Any) -> list[str]:
    """Each error with its field, for who does not see the form any more."""
    return [
        f"{form.fields[name].label}: {each}" if name in form.fields else str(each)
        for name, errors in form.errors.items()
        for each in errors
    ]


def answer_of(synced: SyncedAction) -> dict[str, Any]:
    statuses = {Outcome.DONE: 200, Outcome.CONFLICT: 409, Outcome.REFUSED: 409}
    outcome = Outcome(synced.outcome)
    return {
        "key": synced.key,
        "status": statuses[outcome],
        "outcome": outcome.value,
        **{name: value for name, value in synced.answer.items() if name != "in"},
    }


def no_to(action: Any, status: int, words: str) -> dict[str, Any]:
    """An answer that is not kept: the action was not taken in."""
    key = action.get("key") if isinstance(action, dict) else None
    return {"key": key, "status": status, "outcome": "", "words": [words]}


def unapplied(task: Task, user: Employee) -> list[dict[str, Any]]:
    """What tablets reported of a task and it could not take, as its page shows it to the desk."""
    found = SyncedAction.objects.unapplied().filter(task=task).select_related("employee")
    may_settle = user.may("dispatch.plan")
    return [
        {
            "what": str(verb.label) if (verb := verb_of(synced.verb)) else synced.verb,
            "who": synced.employee.name,
            "when": moment(synced.happened_at),
            "words": in_readers_words(synced)["words"],
            "is_applied": synced.answer["is_applied"],
            "typed": typed(synced, verb, task, user),
            "differences": in_readers_words(synced)["differences"],
            "settle_url": reverse("dispatch:settle", args=[task.number, synced.pk])
            if may_settle
            else "",
        }
        for synced in found[:MOST_SHOWN]
    ]


def in_readers_words(synced: SyncedAction) -> Any:
    """The answer of a no in the reader's language; of two versions both are as they were typed."""
    both = synced.answer.get("in")
    return in_language(both) if both else synced.answer


def typed(
    synced: SyncedAction, verb: TabletVerb | None, task: Task, user: Employee
) -> list[dict[str, str]]:
    """Each field that was filled in, as the form showed it; what stands in the comparison is left
    out, and a picture is only said to be there.
    """
    fields = verb.form(None, task, user).fields if verb else {}
    compared = {each["name"] for each in synced.answer["differences"]}
    return [
        {
            "label": str(fields[name].label or name) if name in fields else name,
            "text": as_shown(name, value, fields.get(name), task),
        }
        for name, value in synced.fields.items()
        if value and name not in compared
    ]


ROWS = {"item": "checklist", "part_use": "parts_used", "entry": "time_entries"}


def as_shown(name: str, value: Any, field: Any, task: Task) -> str:
    """Records and choices by their words, since a key says nothing to the desk."""
    texts = [str(each) for each in (value if isinstance(value, list) else [value])]
    if any(text.startswith("data:") for text in texts):
        return _("attached")
    keys = [text for text in texts if text.isdecimal()]
    words: Iterable[Any] = ()
    if name in ROWS:
        words = getattr(task, ROWS[name]).filter(pk__in=keys)
    elif isinstance(field, ModelChoiceField):
        words = field.queryset.filter(pk__in=keys) if field.queryset is not None else ()
    elif isinstance(field, ChoiceField):
        choices: Iterable[tuple[Any, Any]] = field.choices  # type: ignore[assignment]  # not called
        labels = {str(key): label for key, label in choices}
        words = [labels.get(text, text) for text in texts]
    return ", ".join(map(str, words)) or ", ".join(texts)


@allowed("dispatch.plan")
@require_POST
def settle(request: StaffRequest, number: str, pk: int) -> HttpResponse:
    """The desk has taken over what a tablet reported; its content stays in the log."""
    task = get_object_or_404(Task.objects.visible_to(request.user), number=number)
    synced = get_object_or_404(task.synced, pk=pk)
    form = DeskForm(request.POST)
    if attempt(request, form, actions.settle_synced, synced, by=request.user, at=now()):
        messages.success(request, _("Noted as dealt with."))
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(task)


@allowed("dispatch.carry_out")
@require_http_methods(["GET", "HEAD"])
@gzip_page
def package(request: StaffRequest) -> HttpResponse:
    """The work of the next seven days, for a tablet to work by without a network."""
    made = queries.package(request.user, at=now())
    text = json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    version = hashlib.sha256(text.encode()).hexdigest()
    headers = {"Cache-Control": "no-store, private", "ETag": f'"{version}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    seal = signing.Signer(salt=SEAL).sign(f"{request.user.pk}:{version}")
    return JsonResponse(
        {"seal": seal, "now": int(now().timestamp() * 1000), **made},
        headers=headers,
        json_dumps_params={"ensure_ascii": False, "separators": (",", ":")},
    )
