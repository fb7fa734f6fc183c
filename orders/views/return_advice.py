"""What this person should do with a return now, what else can be done, and what with each line."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from employees.models import Employee
from orders import policies
from orders.choices import ReturnStatus
from orders.models import OldPart, ReturnCase, ReturnLine
from orders.views.advice import Offer


def address(verb: str, case: ReturnCase) -> str:
    return reverse(f"orders:{verb}", args=[case.number])


def wait(text: str) -> Offer:
    """Somebody else's turn: said, without a button."""
    return Offer("", "", "", text)


def next_step(
    case: ReturnCase, lines: Sequence[ReturnLine], old_parts: Sequence[OldPart], user: Employee
) -> Offer | None:
    """The one thing to do now; None at the end."""
    if case.status == ReturnStatus.REQUESTED:
        if policies.may_decide_return(user, case):
            said = _("The customer waits for our answer.")
            return Offer(_("Authorise"), "circle-check", address("authorise_return", case), said)
        return wait(_("Somebody else has to authorise it."))
    if case.is_coming:
        return step_while_coming(case, lines, old_parts, user)
    return step_once_here(case, lines, user)


def step_once_here(case: ReturnCase, lines: Sequence[ReturnLine], user: Employee) -> Offer | None:
    for line in lines:
        if line.is_to_inspect and policies.may_receive_return(user, case):
            said = _("It is here: say what was found of %(line)s.") % {"line": line.name}
            return line_offer("inspect_line", _("Inspect"), "eye", line, said)
        if line.is_to_remedy and policies.may_change_return(user, case):
            said = _("%(line)s is inspected: what becomes of it? Choose at the line.")
            return wait(said % {"line": line.name})
    if case.status == ReturnStatus.REMEDIED and policies.may_change_return(user, case):
        said = _("Everything that came is remedied.")
        return Offer(_("Close"), "lock", address("close_return", case), said)
    if any(line.is_here and line.remedy for line in lines):
        return wait(_("It is being repaired; the line is done when the goods are shipped."))
    return None


def step_while_coming(
    case: ReturnCase, lines: Sequence[ReturnLine], old_parts: Sequence[OldPart], user: Employee
) -> Offer:
    may_change = policies.may_change_return(user, case)
    ahead = next((line for line in lines if may_send_ahead(line)), None)
    if ahead is not None and may_change:
        said = _("The replacement goes first: send it, the old part is due back from then on.")
        return line_offer("send_ahead", _("Send the replacement"), "package-export", ahead, said)
    if is_charged(old_parts):
        said = _("What did not come is charged. If it comes later, the charge is taken back.")
        url = address("close_return", case)
        return Offer(_("Close"), "lock", url, said) if may_change else wait(said)
    if may_change and any(is_late(old) for old in old_parts):
        said = _("What is due back did not come by its day. Charge it, or receive it.")
        return Offer(_("Charge it"), "coin", address("charge_return", case), said)
    said = _("It is on its way, or will be. When it arrives, receive it.")
    if policies.may_receive_return(user, case):
        return Offer(_("Receive it"), "package-import", address("receive_return", case), said)
    return wait(said)


def is_late(old: OldPart) -> bool:
    is_due = old.received_at is None and old.charged_at is None
    return is_due and old.due_on < timezone.localdate()


def is_charged(old_parts: Sequence[OldPart]) -> bool:
    """All that is due back is charged instead."""
    return bool(old_parts) and all(old.is_charged for old in old_parts)


def may_send_ahead(line: ReturnLine) -> bool:
    case = line.case
    is_open = case.is_advance and case.is_coming and line.part_id is not None
    return is_open and not line.replaced and not line.received


def may_take_in(user: Employee, case: ReturnCase, old_parts: Sequence[OldPart]) -> bool:
    """Something may still arrive; after the end, what was charged."""
    is_late = case.status == ReturnStatus.CLOSED and any(not old.received_at for old in old_parts)
    return (case.is_receiving or is_late) and policies.may_work_in(user, case.depot)


def line_offer(verb: str, label: str, symbol: str, line: ReturnLine, text: str = "") -> Offer:
    url = reverse(f"orders:{verb}", args=[line.case.number, line.pk])
    return Offer(label, symbol, url, text)


def offers(
    case: ReturnCase, lines: Sequence[ReturnLine], old_parts: Sequence[OldPart], user: Employee
) -> list[Offer]:
    """The other verbs of this state."""
    may_change = policies.may_change_return(user, case)
    is_untouched = not any(line.received or line.replaced for line in lines)
    is_to_come = any(line.open_quantity for line in lines)
    possible = []
    if policies.may_decide_return(user, case) and not case.verdict.is_right:
        possible.append(("refuse_return", _("Refuse"), "hand-stop"))
    if case.status == ReturnStatus.AUTHORISED and may_change:
        possible.append(("note_return_sent", _("The customer has sent it"), "truck"))
    if is_to_come and may_take_in(user, case, old_parts):
        possible.append(("receive_return", _("Receive it"), "package-import"))
    if case.is_coming:
        possible.append(("return_label", _("Label"), "printer"))
    if may_change and any(not old.received_at and not old.charged_at for old in old_parts):
        possible.append(("charge_return", _("Charge it"), "coin"))
    if is_untouched and may_change:
        possible.append(("cancel_return", _("Cancel the return"), "ban"))
    taken = next_step(case, lines, old_parts, user)
    found = [Offer(label, symbol, address(verb, case)) for verb, label, symbol in possible]
    return [offer for offer in found if taken is None or offer.url != taken.url]


def line_offers(line: ReturnLine, user: Employee) -> list[Offer]:
    """What can become of a line now."""
    case = line.case
    found = []
    if line.is_to_inspect and policies.may_receive_return(user, case):
        found.append(line_offer("inspect_line", _("Inspect"), "eye", line))
    if not policies.may_change_return(user, case):
        return found
    if may_send_ahead(line):
        found.append(line_offer("send_ahead", _("Send the replacement"), "package-export", line))
    if not line.is_to_remedy:
        return found
    if line.part_id is not None:
        found.append(line_offer("replace_line", _("Replace"), "package-export", line))
    if user.may("orders.bill"):
        found.append(line_offer("refund_line", _("Refund"), "coin", line))
    if len(line.received_serials) == line.received:
        found.append(line_offer("repair_line", _("Repair"), "tool", line))
    found.append(line_offer("ship_line_back", _("Send back"), "arrow-back-up", line))
    return found
