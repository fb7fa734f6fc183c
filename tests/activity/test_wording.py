"""A line of the trail is kept as data and read in the reader's language."""

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from crmservice.activity.wording import sentence
from crmservice.web.templatetags.trail import change_of
from dispatch.models import Task
from employees.models import Absence

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
LACKS = {
    "say": "dispatch.lacks_skill",
    "engineer": "马敏",
    "skill": {"en": "Hydraulics", "zh": "液压"},
}
ENGLISH = (
    "assigned 马敏 for 3 Mar 2026 09:00 although: 马敏 does not have the skill Hydraulics, "
    "or the certificate has expired. — 急"
)
CHINESE = (
    "派工给 马敏，时间 2026年3月3日 09:00，存在冲突："
    "马敏 不具备技能“液压”，或证书已过期。（原因：急）"
)


@pytest.mark.parametrize(("language", "words"), [("en", ENGLISH), ("zh-hans", CHINESE)])
@pytest.mark.parametrize("starts_at", [NINE, NINE.isoformat()])
def test_moments_skills_and_reasons_follow_the_reader(language, words, starts_at):
    details = {"engineer": "马敏", "starts_at": starts_at, "reasons": [LACKS], "reason": "急"}

    with override(language):
        assert sentence("dispatch.assigned_against_advice", details).text == words


@pytest.mark.parametrize("day", [date(2026, 3, 3), "2026-03-03"])
def test_days_follow_the_reader(day):
    with override("zh-hans"):
        assert sentence("assets.cost_set", {"on": day}).text == "设定了自 2026年3月3日 起的成本"


@pytest.mark.parametrize(
    ("model", "name", "before", "after", "words"),
    [
        (Task, "kind", "onsite", "depot", "类型: 现场服务 → 送修"),
        (Absence, "kind", "sick", "", "类型: 病假 → –"),
        (Absence, "ends_at", "None", "2026-03-03 01:00:00+00:00", "截止: – → 2026年3月3日 09:00"),
    ],
)
def test_a_changed_field_is_shown_by_its_words(model, name, before, after, words):
    with override("zh-hans"):
        assert change_of(model._meta.get_field(name), name, before, after) == words
