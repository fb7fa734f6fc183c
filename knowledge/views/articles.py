"""The pages of articles and fault codes."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from crmservice.activity.trail import seen_by, timeline
from crmservice.search.marks import marked
from crmservice.web import choosing
from crmservice.web.access import allowed
from crmservice.web.attempt import attempt
from crmservice.web.http import StaffRequest
from crmservice.web.lists import (
    Cell,
    Column,
    Listing,
    Page,
    filters_of,
    head,
    render_list,
    row_of,
)
from crmservice.web.panels import collect
from crmservice.web.text import day, label_of
from crmservice.web.verbs import carry_out
from knowledge import actions, policies, queries, signals
from knowledge.filters import ArticleFilterSet
from knowledge.forms import ArticleForm, FaultCodeForm, ReasonForm, RecheckForm, VerbForm
from knowledge.models import Article, FaultCode, Gap, Revision

SNIPPET = 160
LONGEST_PK = 16
TEXT_LABELS = {
    "title": gettext_lazy("Title"),
    "problem": gettext_lazy("Problem"),
    "summary": gettext_lazy("Solution in one sentence"),
    "solution": gettext_lazy("Solution"),
}


def title_cell(article: Article) -> Cell:
    return Cell(article.title, url=article.get_absolute_url(), sub=article.summary)


def status_cell(article: Article) -> Cell:
    if article.is_due_for_recheck(timezone.localdate()):
        return Cell(_("Due for re-check"), badge="due_for_recheck", hint=day(article.recheck_on))
    return Cell(label_of(article, "status"), badge=article.status)


COLUMNS = (
    Column("number", gettext_lazy("Number"), lambda a: a.number, order="number", wide_only=True),
    Column("title", gettext_lazy("Title"), title_cell),
    Column("status", gettext_lazy("Status"), status_cell),
    Column("audience", gettext_lazy("Audience"), lambda a: label_of(a, "audience"), wide_only=True),
    Column("author", gettext_lazy("Author"), lambda a: a.author.name if a.author else "–"),
    Column(
        "used",
        gettext_lazy("Solved with this"),
        lambda a: f"{a.use_count:,}",
        order="use_count",
        numeric=True,
    ),
    Column(
        "changed",
        gettext_lazy("Changed"),
        lambda a: day(timezone.localdate(a.changed_at)),
        order="changed_at",
    ),
)
LISTING = Listing(
    template="knowledge/index.html",
    title=gettext_lazy("Knowledge"),
    columns=COLUMNS,
    default_order="-changed",
    filterset=ArticleFilterSet,
    search_kind=queries.KIND,
    empty_text=gettext_lazy("No articles yet. Write down the first solution that helped."),
    empty_action=gettext_lazy("Write an article"),
    empty_url_name="knowledge:create",
)


@require_safe
@allowed("knowledge.view")
def index(request: StaffRequest) -> HttpResponse:
    """All articles; with words to find, those that answer them best come first."""
    articles = Article.objects.visible_to(request.user).select_related("author")
    typed = choosing.typed(request)
    may_write = policies.may_write(request.user)
    may = {"may_write": may_write, "may_fill_gaps": request.user.may("knowledge.fill_gaps")}
    if typed:
        return render_found(request, articles, typed, **may)
    listing = LISTING if may_write else replace(LISTING, empty_url_name="")
    return render_list(request, listing, articles, **may)


def render_found(
    request: StaffRequest, articles: QuerySet[Article], typed: str, **context: Any
) -> HttpResponse:
    """The articles that answer what was typed, the best first, with the words marked."""
    ids = queries.found(typed, request.user)
    filterset = ArticleFilterSet(request.GET, queryset=articles.filter(pk__in=ids), request=request)
    rows = filterset.qs if filterset.form.is_valid() else filterset.queryset
    page = Page(
        rows=[found_row(article, typed) for article in queries.ranked(rows, ids)],
        heads=[head(column, request.GET, "", descending=False) for column in COLUMNS],
        next_url="",
        previous_url="",
        is_first=True,
        is_filtered=True,
        query=typed,
        clear_url=request.path,
    )
    fragment = "#rows" if request.htmx and not request.htmx.boosted else ""
    if not ids:
        actions.note_unanswered(typed, by=request.user, at=now())
    words = {"listing": LISTING, "page": page, "filters": filters_of(filterset), **context}
    return render(request, LISTING.template + fragment, words)


def found_row(article: Article, typed: str) -> Any:
    row = row_of(LISTING, article)
    at = [column.key for column in COLUMNS].index("title")
    row.cells[at] = Cell(
        article.title,
        url=row.url,
        parts=marked(article.title, typed),
        sub_parts=marked(snippet(article, typed), typed),
    )
    return row


def snippet(article: Article, typed: str) -> str:
    """The text around the first word that was found in it; the summary when there is none."""
    texts = (article.summary, article.problem, article.solution)
    for text in texts:
        before = ""
        for part in marked(text, typed):
            if part.is_marked:
                start = max(len(before) - SNIPPET // 3, 0)
                cut = text[start : start + SNIPPET]
                return f"…{cut}" if start else cut
            before += part.text
    return article.summary or article.problem[:SNIPPET]


def find(request: StaffRequest, number: str) -> Article:
    visible = Article.objects.visible_to(request.user).select_related("author", "reviewer")
    return get_object_or_404(visible, number=number)


@require_safe
@allowed("knowledge.view")
def detail(request: StaffRequest, number: str) -> HttpResponse:
    article, user = find(request, number), request.user
    related = article.related.visible_to(user)[:20]
    return render(
        request,
        "knowledge/detail.html",
        {
            "article": article,
            "facts": facts(article),
            "badges": badges(article),
            "fault_codes": article.fault_codes.all(),
            "related": related,
            "revisions": article.revisions.select_related("by")[:20],
            "may": may(user, article),
            "said": queries.said_of(article, user),
            "panels": collect(signals.detail_panels, article, user=user, at=now()),
            "activities": seen_by(user, timeline(article)),
        },
    )


def may(user: Any, article: Article) -> dict[str, bool]:
    return {
        "change": policies.may_change(user, article),
        "submit": policies.may_submit(user, article),
        "publish": policies.may_publish(user, article),
        "send_back": policies.may_send_back(user, article),
        "revise": policies.may_revise(user, article),
        "recheck": policies.may_recheck(user, article),
        "retire": policies.may_retire(user, article),
        "rate": policies.may_rate(user, article),
        "keep": policies.may_keep(user, article),
        "is_due": article.is_due_for_recheck(timezone.localdate()),
    }


def badges(article: Article) -> list[dict[str, str]]:
    shown = [{"kind": article.status, "label": article.get_status_display()}]
    if article.is_due_for_recheck(timezone.localdate()):
        shown.append({"kind": "due_for_recheck", "label": _("Due for re-check")})
    return shown


def facts(article: Article) -> list[dict[str, Any]]:
    return [
        person(_("Author"), article.author),
        person(_("Reviewer"), article.reviewer),
        {"label": _("Audience"), "text": article.get_audience_display()},
        {"label": _("Language"), "text": article.get_language_display()},
        {
            "label": _("Published"),
            "text": day(article.published_at and timezone.localdate(article.published_at)),
        },
        {"label": _("Re-check on"), "text": day(article.recheck_on)},
        {"label": _("Solved with this"), "text": f"{article.use_count:,}"},
    ]


def person(label: str, employee: Any) -> dict[str, str]:
    if employee is None:
        return {"label": label, "text": ""}
    return {"label": label, "text": employee.name}


@require_safe
@allowed("knowledge.view")
def version(request: StaffRequest, number: str, version: int) -> HttpResponse:
    """What one version changed against the one before it."""
    article = find(request, number)
    newer = get_object_or_404(
        Revision.objects.select_related("by"), article=article, version=version
    )
    older = article.revisions.filter(version__lt=version).first()
    return render(
        request,
        "knowledge/version.html",
        {
            "article": article,
            "newer": newer,
            "older": older,
            "differences": [
                (TEXT_LABELS[each.field], each.pieces) for each in queries.difference(older, newer)
            ],
            "revisions": article.revisions.select_related("by")[:50],
        },
    )


@allowed("knowledge.change")
def create(request: StaffRequest) -> HttpResponse:
    gap = Gap.objects.open().filter(pk=gap_asked(request)).first()
    sought = {"title": gap.words} if gap else {}
    form = ArticleForm(request.POST or None, user=request.user, initial=sought)
    if request.method == "POST":
        write = (actions.write_for_gap, gap) if gap else (actions.write,)
        outcome = attempt(
            request, form, *write, values=lambda: form.values, by=request.user, at=now()
        )
        if outcome:
            messages.success(
                request, _("The article is drafted. Submit it for review when it is ready.")
            )
            return redirect(outcome.location)
    return render_form(request, form, _("Write an article"), "", request.method == "POST")


def gap_asked(request: StaffRequest) -> int:
    """The gap that the article is to fill; 0 when it is written for its own sake."""
    typed = request.GET.get("gap", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < LONGEST_PK else 0


@allowed("knowledge.change")
def edit(request: StaffRequest, number: str) -> HttpResponse:
    article = find(request, number)
    if not policies.may_change(request.user, article):
        raise PermissionDenied
    title = article.title
    form = ArticleForm(request.POST or None, instance=article, user=request.user)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change,
            article,
            values=lambda: form.changed_values,
            version=lambda: form.cleaned_data["version"],
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("%(number)s is saved.") % {"number": number})
            return redirect(outcome.location or article.get_absolute_url())
    return render_form(request, form, title, article.get_absolute_url(), request.method == "POST")


def render_form(
    request: StaffRequest, form: Any, title: str, cancel_url: str, was_refused: bool
) -> HttpResponse:
    words = {"form": form, "title": title, "cancel_url": cancel_url}
    return render(request, "knowledge/form.html", words, status=422 if was_refused else 200)


def checked(request: StaffRequest, number: str, may_: Any) -> Article:
    article = find(request, number)
    if not may_(request.user, article):
        raise PermissionDenied
    return article


@allowed("knowledge.change")
def submit(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_submit),
        VerbForm,
        actions.submit,
        title=_("Submit for review"),
        submit=_("Submit"),
        said=_("The reviewers are told."),
        hint=_("Somebody else reads it and publishes it."),
        symbol="send",
    )


@allowed("knowledge.review")
def publish(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_publish),
        RecheckForm,
        actions.publish,
        title=_("Publish"),
        submit=_("Publish"),
        said=_("%(number)s is published.") % {"number": number},
        hint=_("From now on it is suggested while a problem is typed."),
    )


@allowed("knowledge.change")
def send_back(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_send_back),
        ReasonForm,
        actions.send_back,
        title=_("Send back"),
        submit=_("Send back"),
        said=_("%(number)s is a draft again.") % {"number": number},
        hint=_("The author is told why."),
        symbol="arrow-back-up",
    )


@allowed("knowledge.change")
def revise(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_revise),
        VerbForm,
        actions.revise,
        title=_("Revise"),
        submit=_("Make it a draft"),
        said=_("%(number)s is a draft again.") % {"number": number},
        hint=_("Until it is published anew it is suggested to nobody."),
        symbol="pencil",
    )


@allowed("knowledge.review")
def recheck(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_recheck),
        RecheckForm,
        actions.recheck,
        title=_("Confirm that it still holds"),
        submit=_("Confirm"),
        said=_("%(number)s still holds.") % {"number": number},
        symbol="checks",
    )


@allowed("knowledge.change")
def retire(request: StaffRequest, number: str) -> HttpResponse:
    return carry_out(
        request,
        checked(request, number, policies.may_retire),
        ReasonForm,
        actions.retire,
        title=_("Retire"),
        submit=_("Retire"),
        said=_("%(number)s is retired.") % {"number": number},
        hint=_("It stays readable, but is neither found nor suggested."),
        symbol="archive",
    )


TYPED = ("q", "subject", "description", "result")


@require_safe
@allowed("knowledge.view")
def suggest(request: StaffRequest) -> HttpResponse:
    """Known solutions while a problem is being typed; a fragment for the forms of higher floors.

    What forms call it is taken as well as `q`, so that a form's own fields can be sent.
    """
    fields = (request.GET.get(name, "") for name in TYPED)
    typed = " ".join(filter(None, fields)).replace("\x00", "").strip()[: choosing.LONGEST_TEXT]
    model_code = request.GET.get("model", "")[:40]
    is_enough = len(typed) > 1
    articles = queries.suggestions(typed, request.user, model_code) if is_enough else []
    symptoms = queries.recognised(typed, model_code, at=now()) if is_enough else []
    shown = [
        {
            "article": article,
            "title": marked(article.title, typed),
            "summary": marked(article.summary or article.problem[:SNIPPET], typed),
        }
        for article in articles
    ]
    words = {"suggestions": shown, "symptoms": symptoms, "typed": typed}
    return render(request, "knowledge/_suggestions.html", words)


@require_safe
@allowed("knowledge.view")
def options(request: StaffRequest) -> HttpResponse:
    """Articles for fields that are searched; `published=1` leaves drafts out."""
    typed = choosing.typed(request)
    articles = Article.objects.visible_to(request.user)
    if request.GET.get("published"):
        articles = articles.published()
    ids = queries.found(typed, request.user, limit=4 * choosing.MOST_OPTIONS)
    rows = queries.ranked(articles.filter(pk__in=ids), ids)[: choosing.MOST_OPTIONS]
    return choosing.options((row.pk, row.title, row.number) for row in rows)


FAULT_CODES = Listing(
    template="knowledge/fault_codes.html",
    title=gettext_lazy("Fault codes"),
    columns=(
        Column(
            "code",
            gettext_lazy("Code"),
            lambda f: Cell(f.code, url=f.get_absolute_url()),
            order="code",
        ),
        Column("name", gettext_lazy("Name"), lambda f: f.name),
        Column(
            "articles",
            gettext_lazy("Published articles"),
            lambda f: f"{f.published:,}",
            numeric=True,
        ),
    ),
    default_order="code",
    empty_text=gettext_lazy("No fault codes yet."),
    empty_action=gettext_lazy("Add a fault code"),
    empty_url_name="knowledge:create_fault_code",
)


@require_safe
@allowed("knowledge.view")
def fault_codes(request: StaffRequest) -> HttpResponse:
    visible = Article.objects.visible_to(request.user).published()
    codes = FaultCode.objects.annotate(
        published=Count("articles", filter=Q(articles__in=visible), distinct=True)
    )
    may_keep = policies.may_keep_fault_codes(request.user)
    return render_list(request, FAULT_CODES, codes, may_keep=may_keep)


@require_safe
@allowed("knowledge.view")
def fault_code(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(FaultCode, code=code)
    articles = Article.objects.visible_to(request.user).published().filter(fault_codes=found)
    return render(
        request,
        "knowledge/fault_code.html",
        {
            "fault_code": found,
            "articles": articles.order_by("-use_count", "-pk")[:20],
            "may_keep": policies.may_keep_fault_codes(request.user),
            "panels": collect(signals.detail_panels, found, user=request.user, at=now()),
            "activities": timeline(found),
        },
    )


@allowed("knowledge.review")
def create_fault_code(request: StaffRequest) -> HttpResponse:
    form = FaultCodeForm(request.POST or None)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.add_fault_code,
            values=lambda: form.values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The fault code is added."))
            return redirect(outcome.location)
    return render_form(request, form, _("Add a fault code"), "", request.method == "POST")


@allowed("knowledge.review")
def edit_fault_code(request: StaffRequest, code: str) -> HttpResponse:
    found = get_object_or_404(FaultCode, code=code)
    title, cancel_url = str(found), found.get_absolute_url()
    form = FaultCodeForm(request.POST or None, instance=found)
    if request.method == "POST":
        outcome = attempt(
            request,
            form,
            actions.change_fault_code,
            found,
            values=lambda: form.changed_values,
            by=request.user,
            at=now(),
        )
        if outcome:
            messages.success(request, _("The fault code is saved."))
            return redirect(outcome.location)
    return render_form(request, form, title, cancel_url, request.method == "POST")
