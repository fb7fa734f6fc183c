"""The verbs of customers in words, and who hears of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.choices import NoticeKind
from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, in_words, say
from customers.choices import TouchStatus
from customers.models import (
    AccountTeam,
    BusinessSignal,
    CareTouch,
    Customer,
    Need,
    RecoveryCase,
)
from employees.choices import Role
from employees.models import Employee
from employees.queries import told_in_words

say("customers.created", _("entered the customer"), icon="building")
say("customers.changed", _("changed the customer’s data"), icon="pencil")
say("customers.contact_added", _("entered the contact"), icon="user-plus")
say("customers.contact_changed", _("changed the contact’s data"), icon="pencil")
say("customers.contact_affiliated", _("added the contact to %(customer)s"), icon="link")
say("customers.contact_parted", _("took the contact from %(customer)s"), icon="user-x")
say("customers.phone_added", _("added the number %(phone)s"), icon="phone")
say("customers.site_added", _("entered the site %(site)s"), icon="map-pin")
say("customers.site_changed", _("changed the site’s data"), icon="pencil")
say("customers.joined", _("joined %(joined)s (%(code)s) to this customer"), icon="git-merge")
say(
    "customers.join_undone",
    _("%(joined)s (%(code)s) is a customer of its own again: %(reason)s"),
    icon="arrow-back-up",
    kind="warning",
)
say("customers.tier_changed", _("the tier changed"), icon="crown", kind="info")
say(
    "customers.tier_overridden",
    _("set the tier %(tier)s by hand: %(reason)s"),
    icon="crown",
    kind="info",
)
say("customers.tier_override_lifted", _("let the purchases decide the tier again"), icon="crown")


def overdue_in_words(details: Mapping[str, Any]) -> str:
    words = in_words(details)
    if details["owner"]:
        return (
            gettext("%(title)s for %(customer)s was due on %(due_on)s; %(owner)s owes it") % words
        )
    return gettext("%(title)s for %(customer)s was due on %(due_on)s; nobody owes it") % words


def who_was_told(details: Mapping[str, Any]) -> str:
    return " · ".join(map(told_in_words, details.get("told", ())))


say("customers.care_plan_added", _("made the care plan"), icon="calendar")
say("customers.care_plan_changed", _("changed the care plan"), icon="pencil")
say("customers.care_plan_ended", _("ended the care plan on %(on)s: %(reason)s"), icon="ban")
say(
    "customers.touch_due",
    _("%(title)s for %(customer)s is due on %(due_on)s"),
    icon="bell",
    kind="info",
)
say(
    "customers.touch_overdue",
    overdue_in_words,
    icon="hourglass",
    kind="warning",
    note=who_was_told,
)
say("customers.touch_done", _("did “%(title)s”: %(outcome)s"), icon="checks", kind="good")
say("customers.touch_skipped", _("left out “%(title)s”: %(reason)s"), icon="ban", kind="warning")


say(
    "customers.signal_raised",
    _("noticed new business at %(customer)s: %(title)s"),
    icon="bulb",
    kind="info",
)
say("customers.signal_taken", _("follows up “%(title)s” at %(customer)s"), icon="bulb")
say(
    "customers.signal_rejected",
    _("rejected “%(title)s” at %(customer)s: %(reason)s"),
    icon="ban",
    kind="warning",
)
say(
    "customers.signal_won",
    _("won %(amount)s CNY from “%(title)s” at %(customer)s"),
    icon="coin",
    kind="good",
)
say(
    "customers.signal_lost",
    _("“%(title)s” at %(customer)s came to nothing: %(reason)s"),
    icon="circle-x",
    kind="warning",
)
say(
    "customers.signal_unanswered",
    _("nobody has answered “%(title)s” at %(customer)s, which was due by %(due_at)s"),
    icon="hourglass",
    kind="warning",
)


@heard_by("customers.signal_raised", NoticeKind.ASSIGNMENT)
def who_sells(signal: BusinessSignal, _activity: Activity) -> Iterable[Employee]:
    """The account manager who is of sales, else all of sales."""
    of_sales = Employee.objects.active().filter(role=Role.SALES)
    own = [person for person in of_sales if person.pk == signal.customer.account_manager_id]
    return own or of_sales


@heard_by("customers.signal_unanswered", NoticeKind.ALARM)
def who_sells_and_who_leads(signal: BusinessSignal, activity: Activity) -> Iterable[Employee]:
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    return [*who_sells(signal, activity), *heads]


@heard_by("customers.signal_taken")
@heard_by("customers.signal_rejected")
@heard_by("customers.signal_won")
@heard_by("customers.signal_lost")
def who_noticed_it(signal: BusinessSignal, _activity: Activity) -> Iterable[Employee]:
    return [signal.raised_by]


@heard_by("customers.touch_due", NoticeKind.REMINDER)
def who_owes_it(touch: CareTouch, _activity: Activity) -> Iterable[Employee | None]:
    return [touch.owner] if touch.status == TouchStatus.OPEN else []


@heard_by("customers.touch_overdue", NoticeKind.REMINDER)
def who_was_chosen(_touch: CareTouch, activity: Activity) -> Iterable[Employee]:
    told = [each["id"] for each in activity.details["told"]]
    return Employee.objects.active().filter(pk__in=told)


@heard_by("customers.tier_changed")
@heard_by("customers.tier_overridden")
@heard_by("customers.joined")
@heard_by("customers.join_undone")
def account_manager(customer: Customer, _activity: Activity) -> Iterable[Employee | None]:
    return [customer.account_manager]


say(
    "customers.recovery_opened",
    _("%(customer)s buys less: what is done about it by %(due_on)s?"),
    icon="trending-down",
    kind="warning",
)
say("customers.recovery_met", _("met about %(customer)s: %(causes)s"), icon="users")
say(
    "customers.measure_added",
    _("%(owner)s does by %(due_on)s: %(measure)s"),
    icon="list-check",
    kind="info",
)
say("customers.measure_done", _("did “%(measure)s”: %(result)s"), icon="checks", kind="good")
say("customers.recovery_handed", _("handed the case to %(owner)s"), icon="transfer")
say(
    "customers.recovered_back",
    _("%(customer)s is won back: %(result)s"),
    icon="checks",
    kind="good",
)
say(
    "customers.recovered_partly",
    _("%(customer)s is partly won back: %(result)s"),
    icon="checks",
    kind="info",
)
say("customers.recovered_gone", _("%(customer)s is lost: %(result)s"), icon="circle-x", kind="bad")
say("customers.recovered_not_needed", _("it was no decline: %(result)s"), icon="ban")
say(
    "customers.recovery_due",
    _("the recovery case of %(customer)s is due on %(due_on)s"),
    icon="bell",
    kind="info",
)
say(
    "customers.recovery_overdue",
    _("the recovery case of %(customer)s was due on %(due_on)s"),
    icon="alert-triangle",
    kind="bad",
)


@heard_by("customers.recovery_opened", NoticeKind.ASSIGNMENT)
@heard_by("customers.recovery_handed", NoticeKind.ASSIGNMENT)
@heard_by("customers.recovery_due", NoticeKind.REMINDER)
def who_recovers(case: RecoveryCase, _activity: Activity) -> Iterable[Employee]:
    """The owner; where there is none, the heads."""
    if case.owner is not None:
        return [case.owner]
    return Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)


@heard_by("customers.recovery_overdue", NoticeKind.REMINDER)
def who_recovers_and_above(case: RecoveryCase, activity: Activity) -> Iterable[Employee | None]:
    return [*who_recovers(case, activity), case.owner.supervisor if case.owner else None]


@heard_by("customers.measure_added", NoticeKind.ASSIGNMENT)
def who_does_it(_case: RecoveryCase, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(pk=activity.details["owner_id"])


@heard_by("customers.recovered_back")
@heard_by("customers.recovered_partly")
@heard_by("customers.recovered_gone")
def manager_and_heads(case: RecoveryCase, _activity: Activity) -> Iterable[Employee | None]:
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    return [case.customer.account_manager, *heads]


say(
    "customers.tier_review_due",
    _("is the tier %(tier)s, set by hand for %(customer)s, still right? %(reason)s"),
    icon="crown",
    kind="warning",
)
say("customers.tier_made", _("made the tier"), icon="crown")
say("customers.tier_policy_changed", _("changed the tier"), icon="pencil")
say("customers.team_made", _("made the account team"), icon="users")
say("customers.team_changed", _("changed the account team"), icon="pencil")
say("customers.team_member_added", _("took %(person)s into the team"), icon="user-plus")
say("customers.team_member_removed", _("took %(person)s out of the team"), icon="user-x")
say("customers.given_to_team", _("gave the customer to the account team %(team)s"), icon="users")


@heard_by("customers.tier_review_due", NoticeKind.REMINDER)
def who_may_set_it(customer: Customer, _activity: Activity) -> Iterable[Employee | None]:
    heads = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    return [customer.account_manager, *heads]


@heard_by("customers.team_member_added")
def who_joined(_team: AccountTeam, activity: Activity) -> Iterable[Employee]:
    return Employee.objects.active().filter(pk=activity.details["person_id"])


say("customers.graded", _("graded the customer %(grade)s (%(mean)s)"), icon="star", kind="info")
say("customers.grade_policy_changed", _("changed the 5A rule"), icon="pencil")
say("customers.need_noted", _("noted a need of %(customer)s: %(title)s"), icon="notes")
say(
    "customers.need_forwarded",
    _("asked %(who)s for an answer by %(due_on)s: %(title)s"),
    icon="transfer",
    kind="info",
)
say("customers.need_answered", _("answered “%(title)s”: %(answer)s"), icon="message-2", kind="good")
say("customers.need_closed", _("told the customer: %(closing)s"), icon="checks", kind="good")
say(
    "customers.need_unanswered",
    _("%(who)s has not answered “%(title)s”, due on %(due_on)s"),
    icon="alert-triangle",
    kind="bad",
)


@heard_by("customers.need_forwarded", NoticeKind.ASSIGNMENT)
def who_answers(need: Need, _activity: Activity) -> Iterable[Employee | None]:
    return [need.asked_of]


@heard_by("customers.need_answered")
def who_noted_it(need: Need, _activity: Activity) -> Iterable[Employee]:
    return [need.raised_by]


@heard_by("customers.need_unanswered", NoticeKind.REMINDER)
def who_answers_and_above(need: Need, _activity: Activity) -> Iterable[Employee | None]:
    return [need.asked_of, need.asked_of.supervisor if need.asked_of else None]
