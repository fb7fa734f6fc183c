"""The moments that a form reads."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from crmservice.web.forms import MomentField


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        ("2026-03-28T22:00", "2026-03-29T06:00", 7),
        ("2026-10-24T22:00", "2026-10-25T06:00", 9),
        ("2026-10-25T22:00", "2026-10-26T06:00", 8),
    ],
)
def test_moments_are_as_far_from_each_other_as_they_really_are(first, last, hours):
    with timezone.override("Europe/Berlin"):
        starts, ends = (MomentField().clean(text) for text in (first, last))

    assert ends - starts == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-10-25T02:30", "half past"])
def test_a_moment_that_is_none_or_two_is_asked_for_again(text):
    with timezone.override("Europe/Berlin"), pytest.raises(ValidationError):
        MomentField().clean(text)
