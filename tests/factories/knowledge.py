from datetime import UTC, datetime

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
