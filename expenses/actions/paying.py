"""Pay approved claims out together: one numbered run, each claim in one run at most."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crmservice.activity.trail import record
from crmservice.errors import DomainError
from crmservice.money import total
from crmservice.numbers.models import next_number
from employees.models import Employee
from expenses.choices import Status
from expenses.models import ExpenseClaim, PaymentRun

MOST_AT_ONCE = 500


@transaction.atomic
def pay_together(keys: Collection[int], *, currency: str, by: Employee, at: datetime) -> PaymentRun:
    """Pay exactly these claims, all or none.

    Raises DomainError for whoever may not pay, without claims, for one's own claim, for one of
    another currency, and when one of them is paid already or no longer approved: then two people,
    or two windows, were at it.
    """
    if not by.may("expenses.pay"):
        raise DomainError(_("You may not pay claims out."))
    if not keys:
        raise DomainError(_("Choose at least one claim."))
    if len(keys) > MOST_AT_ONCE:
        raise DomainError(_("%(most)d claims at once at most.") % {"most": MOST_AT_ONCE})
    chosen = ExpenseClaim.objects.filter(pk__in=keys)
    claims = list(chosen.select_for_update(of=("self",)).order_by("pk").prefetch_related("lines"))
    refuse_unpayable(claims, keys, currency, by)
    run = PaymentRun.objects.create(
        number=next_number("PR", at),
        currency=currency,
        amount=total((claim.counted for claim in claims), currency),
        claim_count=len(claims),
        made_by=by,
        made_at=at,
    )
    paid = chosen.filter(status=Status.APPROVED).update(
        status=Status.PAID, paid_at=at, payment_run=run, version=F("version") + 1
    )
    if paid != len(claims):
        raise DomainError(_("Somebody else is paying these claims. Load the page again."))
    record(run, "expenses.run_made", by=by, at=at, count=len(claims))
    for claim in claims:
        record(claim, "expenses.paid_in_run", by=by, at=at, run=run.number)
    return run


def refuse_unpayable(
    claims: Collection[ExpenseClaim], keys: Collection[int], currency: str, by: Employee
) -> None:
    if len(claims) != len(set(keys)):
        raise DomainError(_("A claim is not there any more. Load the page again."))
    for claim in claims:
        words = {"number": claim.number, "now": claim.get_status_display()}
        if claim.claimant_id == by.pk:
            said = _("%(number)s is your own: somebody else pays it.")
            raise DomainError(said % words)
        if claim.currency != currency:
            raise DomainError(_("%(number)s is in another currency.") % words)
        if claim.status != Status.APPROVED:
            said = _("%(number)s is %(now)s by now. Load the page again; nothing was paid.")
            raise DomainError(said % words)
