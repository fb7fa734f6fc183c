"""What readers say of articles, and what they sought in vain."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import Cell, Column, Listing, render_list
from crmservice.web.panels import collect
from crmservice.web.text import day
from crmservice.web.verbs import carry_out
from knowledge import actions, policies, signals
from knowledge.forms import AnswerForm, UnhelpfulForm, VerbForm
from knowledge.models import Article, Gap


def find(request: StaffRequest, number: str) -> Article:
    return get_object_or_404(Article.objects.visible_to(request.user), number=number)


@require_POST
@allowed("knowledge.view")
def helpful(request: StaffRequest, number: str) -> HttpResponse:
    article, form = find(request, number), VerbForm(request.POST)
    if attempt(request, form, actions.rate, article, is_helpful=True, by=request.user, at=now()):
        messages.success(request, _("Thank you. It is counted."))
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(article)


@allowed("knowledge.view")
def unhelpful(request: StaffRequest, number: str) -> HttpResponse:
    article = find(request, number)
    if not policies.may_rate(request.user, article):
        raise PermissionDenied
    return carry_out(
        request,
        article,
        UnhelpfulForm,
        partial(actions.rate, is_helpful=False),
        title=_("It did not help"),
        submit=_("Tell its owner"),
        said=_("The owner is told and answers within a week."),
        hint=_("Say what is wrong or missing, so that it can be bettered."),
        symbol="thumb-down",
    )


@allowed("knowledge.change")
def keep(request: StaffRequest, number: str) -> HttpResponse:
    article = find(request, number)
    if not policies.may_keep(request.user, article):
        raise PermissionDenied
    return carry_out(
        request,
        article,
        AnswerForm,
        actions.keep,
        title=_("It stays as it is"),
        submit=_("Answer"),
        said=_("Those whom it did not help are told why."),
        symbol="message",
    )


def words_cell(gap: Gap) -> Cell:
    if gap.article is None:
        return Cell(gap.words)
    return Cell(gap.words, sub=_("A draft waits: %(number)s") % {"number": gap.article.number})


def way_to_fill(gap: Gap) -> str:
    return (
        gap.article.get_absolute_url()
        if gap.article
        else f"{reverse('knowledge:create')}?gap={gap.pk}"
    )


GAPS = Listing(
    template="knowledge/gaps.html",
    title=gettext_lazy("Gaps"),
    columns=(
        Column("words", gettext_lazy("Searched for"), words_cell),
        Column(
            "times", gettext_lazy("Times"), lambda g: f"{g.times:,}", order="times", numeric=True
        ),
        Column(
            "last",
            gettext_lazy("Last"),
            lambda g: day(timezone.localdate(g.last_at)),
            order="last_at",
        ),
        Column("by", gettext_lazy("By"), lambda g: g.last_by.name, wide_only=True),
        Column(
            "write",
            "",
            lambda g: Cell(_("Continue") if g.article else _("Write it"), url=way_to_fill(g)),
        ),
        Column(
            "aside",
            "",
            lambda g: Cell(_("Set aside"), url=reverse("knowledge:set_aside", args=[g.pk])),
        ),
    ),
    default_order="-times",
    empty_text=gettext_lazy("Every search of the last time found something."),
    url=way_to_fill,
)


@require_safe
@allowed("knowledge.fill_gaps")
def gaps(request: StaffRequest) -> HttpResponse:
    """What was searched for in vain, and what happened that no article explains. The words are
    whatever somebody typed, a customer's name perhaps: for who sees all customers.
    """
    rows = Gap.objects.open().select_related("article", "last_by")
    user = request.user
    panels = [] if request.htmx else collect(signals.gap_panels, user, user=user, at=now())
    return render_list(request, GAPS, rows, panels=panels)


@allowed("knowledge.fill_gaps")
def set_aside(request: StaffRequest, pk: int) -> HttpResponse:
    return carry_out(
        request,
        get_object_or_404(Gap, pk=pk),
        VerbForm,
        actions.set_aside,
        title=_("Set the gap aside"),
        submit=_("Set aside"),
        said=_("It is set aside."),
        hint=_("Nobody needs an article of it; it is listed no more."),
        symbol="archive",
    )
