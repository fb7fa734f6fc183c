from django.db import migrations

# code, Chinese, English, whose turn, clocks that stop, hours at most
HOLD_REASONS = (
    (
        "customer",
        "等待客户",
        "Waiting for the customer",
        "customer",
        ["arrival", "restore", "resolve"],
        72,
    ),
    (
        "appointment",
        "与客户约定改期",
        "Later date agreed with the customer",
        "customer",
        ["arrival", "restore", "resolve"],
        336,
    ),
    (
        "site",
        "现场不具备条件",
        "Site not accessible",
        "customer",
        ["arrival", "restore", "resolve"],
        168,
    ),
    (
        "third_party",
        "等待第三方",
        "Waiting for a third party",
        "third_party",
        ["restore", "resolve"],
        168,
    ),
    ("parts", "等待备件", "Waiting for parts", "parts", ["restore", "resolve"], 168),
    ("department", "等待其他部门", "Waiting for another department", "us", [], 48),
)
# code, Chinese, English, department
DIMENSIONS = (
    ("solved_at_once", "一次解决", "Solved at once", "service"),
    ("speed", "响应速度", "Speed", "service"),
    ("knowledge", "专业知识", "Knowledge", "service"),
    ("information", "信息告知", "Information given", "service"),
    ("organisation", "组织安排", "Organisation", "service"),
    ("price_fairness", "价格合理", "Price fairness", "sales"),
)


def make_catalogues(apps, schema_editor):
    """What the forms of a request need before anything is imported."""
    HoldReason = apps.get_model("service_requests", "HoldReason")
    for code, chinese, english, turn, targets, hours in HOLD_REASONS:
        HoldReason.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": chinese,
                "name_en": english,
                "turn": turn,
                "holds_targets": targets,
                "max_hours": hours,
            },
        )
    SurveyDimension = apps.get_model("service_requests", "SurveyDimension")
    for position, (code, chinese, english, department) in enumerate(DIMENSIONS, start=1):
        SurveyDimension.objects.get_or_create(
            code=code,
            defaults={
                "name_zh": chinese,
                "name_en": english,
                "department": department,
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("service_requests", "0001_initial")]

    operations = [migrations.RunPython(make_catalogues, migrations.RunPython.noop)]
