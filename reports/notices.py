"""The verbs of reports in words, and what is written to whom."""

from collections.abc import Iterable

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crmservice.activity.models import Activity
from crmservice.activity.wording import heard_by, say
from crmservice.delivery.letters import Letter, letter
from employees.choices import Role
from employees.models import Employee
from reports import papers
from reports.models import MonthlyReport, SavedReport
from reports.periods import scope_of
from reports.queries.catalogue import CATALOGUE
from reports.queries.computing import computed
from reports.queries.requests import Asked

say("reports.exported", _("took the report “%(report)s” out as %(kind)s"), icon="download")
say("reports.saved", _("saved the report"), icon="device-floppy")
say("reports.forgotten", _("deleted the saved report %(name)s"), icon="trash")
say("reports.subscribed", _("lets %(recipient)s get the report by mail"), icon="mail")
say("reports.unsubscribed", _("ended the mail to %(recipient)s"), icon="mail")
say("reports.sent", _("the report was sent to %(recipient)s"), icon="mail")
say(
    "reports.month_made",
    _("the service report of %(month)s was made (version %(version)s)"),
    icon="report",
    kind="info",
)
say("reports.visits_drawn", _("drew %(count)s customers for return visits"), icon="users")
say("reports.visited", _("recorded the return visit at %(customer)s"), icon="heart-handshake")


@heard_by("reports.month_made")
def who_leads(_report: MonthlyReport, activity: Activity) -> Iterable[Employee]:
    """Of the heads those who did not make it and whom no letter with the report itself reaches."""
    people = Employee.objects.active().filter(role=Role.DEPARTMENT_HEAD)
    people = people.exclude(pk=activity.by_id or 0)
    return people.filter(email="") if settings.EMAIL_URL else people


@letter("reports.sent")
def scheduled(saved: SavedReport, activity: Activity) -> Letter:
    """What its recipient may see when the mail goes, as it is then."""
    recipient = Employee.objects.get(pk=activity.details["to"])
    report = CATALOGUE[saved.report]
    if not recipient.is_active or not recipient.may(report.permission):
        words = gettext("You may not see this report any more.")
        return Letter(saved.name, [words], gettext("Your reports"), reverse("reports:saved"))
    asked, by = asked_by(saved, recipient, activity)
    answer = computed(report, asked, by)
    lines = [
        " · ".join(filter(None, (f"{each['label']}: {each['value']}", each["sub"])))
        for each in papers.headlines(answer)
    ]
    return Letter(
        saved.name,
        [str(report.question), *lines],
        gettext("Open the report"),
        saved.get_absolute_url(),
        files=[(f"{saved.report}.pdf", papers.as_pdf(answer, asked))],
    )


def asked_by(saved: SavedReport, recipient: Employee, activity: Activity) -> tuple[Asked, str]:
    """The question of a saved report, by this person, on the day of the mail."""
    params = QueryDict(saved.query)
    zone = timezone.get_default_timezone()
    scope = scope_of(params, today=timezone.localtime(activity.at, zone).date(), zone=zone)
    return Asked(scope, recipient, activity.at), params.get("by", "")


@letter("reports.month_made")
def month_letter(report: MonthlyReport, _activity: Activity) -> Letter:
    """To the heads, who may read all of it: in their language, with what stands in short."""
    paper = report.paper_in(get_language() or "en")
    points = [point["text"] for each in paper["sections"][:1] for point in each["points"]]
    return Letter(
        paper["title"],
        points or [paper["subtitle"]],
        gettext("Open the report"),
        report.get_absolute_url(),
        files=[(f"service-report-{report}.pdf", papers.month_pdf(paper, version=report.version))],
    )
