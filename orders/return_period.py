"""Whether a customer may give goods back without our consent, and why: pure, no ORM, no clock.

The law gives a consumer who bought at a distance seven days without reasons
(消费者权益保护法 § 25); the day on which the goods arrived does not count. A company has what the
contract says, or our goodwill. What was delivered wrongly is ours to take back, and a fault in the
warranty ours to mend.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from orders.choices import ReturnKind


class Ground(StrEnum):
    OUR_MISTAKE = "our_mistake"
    IN_WARRANTY = "in_warranty"
    OUT_OF_WARRANTY = "out_of_warranty"
    NO_WARRANTY_KNOWN = "no_warranty_known"
    WITHIN = "within"
    OVER = "over"
    DAY_UNKNOWN = "day_unknown"
    NO_CONSUMER = "no_consumer"


RIGHTS = {Ground.OUR_MISTAKE, Ground.IN_WARRANTY, Ground.WITHIN}


@dataclass(frozen=True)
class Verdict:
    """`last_on` is the last day of the period or of the warranty, where there is one."""

    ground: Ground
    last_on: date | None = None

    @property
    def is_right(self) -> bool:
        """The customer may, whether we like it or not."""
        return self.ground in RIGHTS


def judge(
    kind: str,
    asked_on: date,
    *,
    is_consumer: bool,
    delivered_on: date | None,
    warranty_until: date | None,
    days: int,
) -> Verdict:
    """By the day on which it was asked for."""
    if kind == ReturnKind.WRONG_DELIVERY:
        return Verdict(Ground.OUR_MISTAKE)
    if kind == ReturnKind.WARRANTY:
        if warranty_until is None:
            return Verdict(Ground.NO_WARRANTY_KNOWN)
        is_in = asked_on <= warranty_until
        return Verdict(Ground.IN_WARRANTY if is_in else Ground.OUT_OF_WARRANTY, warranty_until)
    if not is_consumer:
        return Verdict(Ground.NO_CONSUMER)
    if delivered_on is None:
        return Verdict(Ground.DAY_UNKNOWN)
    last_on = delivered_on + timedelta(days=days)
    return Verdict(Ground.WITHIN if asked_on <= last_on else Ground.OVER, last_on)
