"""F-06: whatever becomes of Redis, a call is logged and a request is closed, at once (R-14).

With a Redis of this test's own: stopped, hanging, emptied, full.
"""

import os
import shutil
import signal
import subprocess
import time

import pytest
import redis

from contracts.choices import Cover
from crmservice import nudge
from crmservice.activity.models import Activity
from crmservice.activity.tell import tell_pending
from crmservice.activity.trail import TELL
from crmservice.cache import ForgivingRedisCache
from crmservice.celery import app
from service_requests.choices import Answer, Status
from service_requests.models import ServiceRequest
from tests.factories.contracts import DefaultPromiseFactory
from tests.factories.customers import CustomerFactory
from tests.factories.knowledge import FaultCodeFactory
from tests.test_operations import free_port, wait_until

SERVER = shutil.which("redis-server")
LONGEST = 2  # seconds, for one request
pytestmark = pytest.mark.skipif(SERVER is None, reason="no redis-server")


class Redis:
    def __init__(self, folder):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = ["--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.process = subprocess.Popen(
            [SERVER, "--port", str(self.port), *options], stdout=subprocess.DEVNULL
        )
        self.client = redis.Redis(port=self.port)
        wait_until(self.answers, of=self.process, seconds=10)

    def answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait()

    def hang(self):
        os.kill(self.process.pid, signal.SIGSTOP)

    def lose_all(self):
        self.client.flushall()

    def fill_up(self):
        self.client.config_set("maxmemory", 1)


@pytest.fixture
def own_redis(tmp_path, settings):
    """The cache with the sessions, and the broker of the nudges."""
    server, broker = Redis(tmp_path), app.conf.broker_url
    settings.CACHES = {
        "default": {"BACKEND": "crmservice.cache.ForgivingRedisCache", "LOCATION": server.url}
    }
    forget_the_last()
    app.conf.broker_url = server.url
    app._after_fork()  # noqa: SLF001  (the pools of the broker that was)
    yield server
    server.client.close()
    server.stop()
    app.conf.broker_url = broker
    app._after_fork()  # noqa: SLF001
    forget_the_last()


def forget_the_last():
    """What one that is gone left: rests of this process."""
    ForgivingRedisCache.silent_until = 0.0
    nudge.next_at.clear()
    nudge.in_flight.clear()


@pytest.mark.parametrize("fault", ["stop", "hang", "lose_all", "fill_up"])
def test_calls_are_logged_and_requests_closed_without_redis(
    client, people, own_redis, fault, django_capture_on_commit_callbacks
):
    customer = CustomerFactory()
    for cover in Cover:
        DefaultPromiseFactory(cover=cover)
    client.force_login(people.service_manager)
    assert client.get("/inbox/").status_code == 200
    assert own_redis.client.dbsize() > 0  # the session is there

    getattr(own_redis, fault)()
    typed = {
        "caller": f"customer:{customer.code}",
        "subject": "No pressure",
        "kind": "fault",
        "severity": "normal",
        "channel": "phone",
        "responded": "on",
    }

    def post(url, **values):
        begun = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(url, values)
        assert (answer.status_code, time.monotonic() - begun < LONGEST) == (302, True)
        return answer.url

    page = post("/requests/new/", **typed)
    post(f"{page}resolve/", resolution="Seal", fault_code=FaultCodeFactory().pk, cause="Worn")
    post(f"{page}ask/", answer=Answer.SATISFIED)
    post(f"{page}close/")

    service_request = ServiceRequest.objects.get()
    assert service_request.status == Status.CLOSED
    assert tell_pending(at=service_request.closed_at) > 0
    assert not Activity.objects.untold().exists()


def test_with_redis_the_duty_that_tells_is_woken(own_redis):
    nudge.send(TELL)

    assert wait_until(lambda: own_redis.client.llen("celery"), seconds=10) == 1
