"""A start migrates when there is something to migrate, and only then."""

import pytest

from crmservice.web.management.commands import start


@pytest.fixture
def migrations(settings, tmp_path, monkeypatch):
    """How often `migrate` was called."""
    settings.VAR_DIR = tmp_path
    calls = []
    monkeypatch.setattr(start, "call_command", lambda name, **_options: calls.append(name))
    return calls


def test_a_second_start_does_not_migrate_again(db, migrations):
    start.migrate_when_needed()
    start.migrate_when_needed()

    assert migrations == ["migrate"]


def test_a_new_app_is_migrated(db, migrations, settings):
    start.migrate_when_needed()
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "django.contrib.sitemaps"]
    start.migrate_when_needed()

    assert migrations == ["migrate", "migrate"]
