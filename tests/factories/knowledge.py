from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from knowledge import models
from knowledge.choices import Audience, Status
from tests.factories.employees import EmployeeFactory

WRITTEN_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class FaultCodeFactory(DjangoModelFactory):
    class Meta:
        model = models.FaultCode
        django_get_or_create = ("code",)

    code = "SEAL"
    name_zh = "密封失效"
    name_en = "Seal failure"


class ArticleFactory(DjangoModelFactory):
    """A draft; `published=True`, `in_review=True` or `retired=True` for the others."""

    class Meta:
        model = models.Article
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: f"KB-2026-{n + 1:04d}")
    title = factory.Sequence(lambda n: f"油泵漏油处理 {n + 1}")
    problem = "油泵底部漏油，停机后压力下降。"
    summary = "更换轴封。"
    solution = "1. 停机泄压。\n2. 拆下泵盖。\n3. 更换轴封。"
    author = factory.SubFactory(EmployeeFactory)
    created_at = WRITTEN_AT
    changed_at = WRITTEN_AT

    class Params:
        published = factory.Trait(status=Status.PUBLISHED, published_at=WRITTEN_AT)
        in_review = factory.Trait(status=Status.IN_REVIEW)
        retired = factory.Trait(status=Status.RETIRED)
        for_partners = factory.Trait(audience=Audience.PARTNER)
        for_customers = factory.Trait(audience=Audience.CUSTOMER)

    @factory.post_generation
    def fault_codes(self, create, codes, **_kwargs):
        if create and codes:
            self.fault_codes.set(codes)

    @factory.post_generation
    def related(self, create, articles, **_kwargs):
        if create and articles:
            self.related.set(articles)


class RevisionFactory(DjangoModelFactory):
    class Meta:
        model = models.Revision

    article = factory.SubFactory(ArticleFactory)
    version = factory.Sequence(lambda n: n + 1)
    title = "油泵漏油"
    problem = "漏油。"
    solution = "更换轴封。"
    by = factory.SelfAttribute("article.author")
    at = WRITTEN_AT


class RatingFactory(DjangoModelFactory):
    """A reader's good word; `is_helpful=False` with a comment for the other."""

    class Meta:
        model = models.Rating

    article = factory.SubFactory(ArticleFactory, published=True)
    by = factory.SubFactory(EmployeeFactory)
    is_helpful = True
    at = WRITTEN_AT


class ImprovementFactory(DjangoModelFactory):
    class Meta:
        model = models.Improvement

    article = factory.SubFactory(ArticleFactory, published=True)
    owner = factory.SelfAttribute("article.author")
    opened_at = WRITTEN_AT
    due_at = WRITTEN_AT + timedelta(days=7)
    remind_at = factory.SelfAttribute("due_at")


class GapFactory(DjangoModelFactory):
    class Meta:
        model = models.Gap

    words = factory.Sequence(lambda n: f"液压站报警 {n + 1}")
    key = factory.SelfAttribute("words")
    last_at = WRITTEN_AT
    last_by = factory.SubFactory(EmployeeFactory)


class SymptomFactory(DjangoModelFactory):
    class Meta:
        model = models.Symptom
        django_get_or_create = ("code",)

    code = "LEAK"
    name_zh = "油泵漏油"
    name_en = "Pump leaks oil"


class PossibleCauseFactory(DjangoModelFactory):
    class Meta:
        model = models.PossibleCause

    symptom = factory.SubFactory(SymptomFactory)
    fault_code = factory.SubFactory(FaultCodeFactory)
    check_zh = "停机后看泵底是否仍滴油。"
    remedy_zh = "更换轴封。"
