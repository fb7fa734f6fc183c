"""What articles show on the pages of the people below."""

from django.db.models import Q
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from crmservice.web.panels import Panel, of_record
from crmservice.web.text import label_of
from employees import signals as employees
from employees.models import Employee
from knowledge.models import Article

ARTICLES = 90


@receiver(employees.detail_panels, sender=Employee)
def articles_of_employee(subject: Employee, user: Employee, **_asked: object) -> Panel | None:
    """Written or reviewed."""
    articles = Article.objects.visible_to(user).filter(Q(author=subject) | Q(reviewer=subject))
    return of_record(
        articles.order_by("-pk"),
        order=ARTICLES,
        title=_("Articles"),
        symbol="book",
        heads=(_("Article"), _("Role"), _("Status")),
        cells=lambda article: [
            {"text": article.title, "url": article.get_absolute_url(), "sub": article.number},
            {"text": _("Author") if article.author_id == subject.pk else _("Reviewer")},
            {"text": label_of(article, "status"), "badge": article.status},
        ],
        url=f"{reverse('knowledge:index')}?by={subject.employee_no}",
    )
