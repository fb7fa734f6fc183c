"""What a mail says. Each app's `notices.py` registers the letters to people outside the house."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crmservice.activity.models import Activity
from crmservice.web.text import moment


@dataclass(frozen=True)
class Letter:
    """A plain mail: a subject, paragraphs, and one action to a page that never acts on GET.

    `url` may be a path of ours or a whole address; `files` are PDFs by their names.
    """

    subject: str
    paragraphs: Sequence[str]
    action: str = ""
    url: str = ""
    files: Sequence[tuple[str, bytes]] = ()

    @property
    def one_line_subject(self) -> str:
        """Fit for a header: no line break and no control character in it."""
        printable = "".join(sign if sign.isprintable() else " " for sign in self.subject)
        return " ".join(printable.split())[:200]

    @property
    def link(self) -> str:
        return f"{settings.SITE_URL}{self.url}" if self.url.startswith("/") else self.url

    @property
    def text(self) -> str:
        ending = [f"{self.action}:\n{self.link}"] if self.action else []
        return "\n\n".join([*filter(None, self.paragraphs), *ending]) + "\n"

    def html(self, language: str) -> str:
        return render_to_string("layouts/mail.html", {"letter": self, "language": language})


LETTERS: dict[str, Callable[[Any, Activity], Letter]] = {}
Words = Callable[[Any, Activity], Letter]


def letter(verb: str) -> Callable[[Words], Words]:
    """Register `words(subject, activity)`: what an address outside the house is written of a verb.

    It is called when the mail is sent, in the recipient's language.
    """

    def register(words: Words) -> Words:
        LETTERS[verb] = words
        return words

    return register


def notice_of(activity: Activity) -> Letter:
    """To an employee, of one activity."""
    return Letter(
        subject=f"{activity.subject_name}: {activity.sentence.text}",
        paragraphs=[line_of(activity), activity.text],
        action=_("Open %(subject)s") % {"subject": activity.subject_name},
        url=activity.subject_url or reverse("inbox"),
    )


def notices_of(activities: Sequence[Activity]) -> Letter:
    """To an employee, of several that came together."""
    count = len(activities)
    return Letter(
        subject=ngettext("%(count)s notice", "%(count)s notices", count) % {"count": count},
        paragraphs=[f"{one.subject_name}\n{line_of(one)}" for one in activities],
        action=_("Open the inbox"),
        url=reverse("inbox"),
    )


def line_of(activity: Activity) -> str:
    who = f"{activity.by} " if activity.by else ""
    return f"{moment(activity.at)} · {who}{activity.sentence.text}"
