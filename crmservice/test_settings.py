"""The settings of the test suite: cheap passwords, a database in memory unless one is named."""

import os
import re


def own_redis(url: str) -> str:
    """The named Redis database, or the ones after it: parallel test runs clear their own cache."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return re.sub(r"\d+$", lambda database: str(int(database[0]) + worker), url)


os.environ["CRMSERVICE_MODE"] = "test"
os.environ.setdefault("DJANGO_SECRET_KEY", "only-for-tests-" + "0" * 50)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or "sqlite://:memory:"
os.environ["REDIS_URL"] = own_redis(os.environ.get("TEST_REDIS_URL", ""))

from crmservice.settings import *  # noqa: E402, F403  (the environment above must come first)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = True  # each client would otherwise read every folder of static files
