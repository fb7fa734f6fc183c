"""What runs in production: the files that describe it, and the same processes started for real."""

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.test import override_settings

from tests import migrated

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
SETTINGS = (ROOT / "crmservice/settings.py").read_text("utf-8")


# --- docker-compose.yml --------------------------------------------------------------------------


def test_production_is_web_worker_beat_postgresql_and_redis():
    assert set(SERVICES) == {*OURS, "database", "redis"}
    assert SERVICES["database"]["image"].startswith("postgres:")
    assert SERVICES["redis"]["image"].startswith("redis:")


def test_our_services_are_one_image_that_migrates_first():
    assert len({SERVICES[name]["image"] for name in OURS}) == 1
    for name in ("web", "worker", "beat"):
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["database"]["condition"] == waits["redis"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_service_that_stays_up_has_a_health_check_and_restarts(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_no_secret_has_a_default():
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search(r"SECRET_KEY$|PASSWORD|DATABASE_URL|ALLOWED_HOSTS", key):
                assert "${" in str(value), f"{name} {key}"
                assert ":?" in str(value), f"{name} {key}"


def test_only_the_web_server_is_published_and_only_on_loopback():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_data_outlives_its_containers():
    assert set(COMPOSE["volumes"]) == {"database", "media", "backups"}
    assert SERVICES["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    kept = ["media:/srv/media", "backups:/srv/backups"]
    assert all(SERVICES[name]["volumes"] == kept for name in OURS)


def test_our_containers_can_do_little():
    for name in OURS:
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]


def test_production_is_given_everything_that_it_requires():
    required = set(re.findall(r'required\("(\w+)"\)', SETTINGS))

    assert required == {"DJANGO_SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"}
    for name in OURS:
        assert required <= SERVICES[name]["environment"].keys()


def test_the_commands_of_the_services_exist():
    named = set(re.findall(r'manage\.py", "(\w+)"', json.dumps(SERVICES)))

    assert named == {"migrate", "healthy"}
    assert named <= get_commands().keys()


# --- Dockerfile ----------------------------------------------------------------------------------


def test_the_image_is_built_in_stages_from_official_python_images():
    stages = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)

    assert len(stages) == 2
    assert all(re.fullmatch(r"python:3\.11-slim-\w+", stage) for stage in stages)


def test_the_image_does_not_run_as_root():
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    users = re.findall(r"(?m)^USER (\S+)", last_stage)

    assert users
    assert users[-1] not in {"root", "0"}


def test_the_image_holds_no_secret():
    arguments = re.findall(r"(?m)^(?:ENV|ARG) .*", DOCKERFILE)

    assert not re.search(r"SECRET|PASSWORD|TOKEN", "\n".join(arguments))


def test_what_the_image_copies_is_there_and_not_ignored():
    allowed = set(re.findall(r"(?m)^!(.+?)/?$", (ROOT / ".dockerignore").read_text("utf-8")))
    copied = [
        name.rstrip("/")
        for line in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", DOCKERFILE)
        for name in line.split()
        if name != "."
    ]

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) <= allowed
    assert {app.path for app in apps.get_app_configs() if Path(app.path).parent == ROOT} <= {
        str(ROOT / name) for name in allowed
    }


def test_every_name_of_the_environment_is_in_the_handbook():
    handbook = (ROOT / "docs/operations.md").read_text("utf-8")
    read = set(re.findall(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"', SETTINGS))
    composed = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))

    assert read
    assert {name for name in read if f"`{name}`" not in handbook} == set()
    assert {
        name for name in composed - {"CRMSERVICE_VERSION", "WEB_PORT"} if name not in handbook
    } == set()


def test_all_static_files_can_be_hashed_and_compressed(tmp_path):
    """A file that names another which is not there stops the image from being built."""
    storage = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}

    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)

    assert (tmp_path / "staticfiles.json").exists()


# --- Settings ------------------------------------------------------------------------------------

PRODUCTION = {
    "CRMSERVICE_MODE": "production",
    "DJANGO_SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgres://127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def clean_environment():
    ours = {"DATABASE_URL", "REDIS_URL", "CRMSERVICE_MODE", "DJANGO_SECRET_KEY", "ALLOWED_HOSTS"}
    ours |= {"DJANGO_SETTINGS_MODULE", "DJANGO_DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {name: value for name, value in os.environ.items() if name not in ours}


@pytest.mark.parametrize("name", sorted(PRODUCTION.keys() - {"CRMSERVICE_MODE"}))
def test_production_refuses_to_start_without(name):
    answer = manage("check", **{**PRODUCTION, name: ""})

    assert answer.returncode != 0
    assert name in answer.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"DJANGO_DEBUG": "1"}, id="debugging"),
        pytest.param({"DJANGO_SECRET_KEY": "short"}, id="a short key"),
        pytest.param({"CRMSERVICE_MODE": "prodution"}, id="a mode that is none"),
    ],
)
def test_production_refuses_to_start_with(wrong):
    answer = manage("check", **{**PRODUCTION, **wrong})

    assert answer.returncode != 0
    assert "ImproperlyConfigured" in answer.stderr


def test_production_passes_the_deployment_check():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert answer.returncode == 0, answer.stderr


def test_every_cookie_of_production_is_bound_to_its_host():
    """`__Host-` needs Secure, the whole path and no domain (S-20)."""
    asked = (
        "from django.conf import settings as s; from employees.views import entrance; "
        "from crmservice.web import bearer; print([s.SESSION_COOKIE_NAME, "
        "s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME, entrance.COOKIE, bearer.cookie_of('x'), "
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, "
        "'cookie' in s.MESSAGE_STORAGE])"
    )
    answer = manage("shell", "-v", "0", "-c", asked, **PRODUCTION)

    *names, session, csrf, language, in_cookie = ast.literal_eval(answer.stdout)
    assert [name for name in names if not name.startswith("__Host-")] == []
    assert (session, csrf, language, in_cookie) == (True, True, True, False)


# --- Processes -----------------------------------------------------------------------------------

GUNICORN = [sys.executable, "-m", "gunicorn"]
CELERY = [sys.executable, "-m", "celery", "-A", "crmservice"]


def wait_until(question, *, of=None, seconds=120):
    """The first answer that is true; asked every tenth of a second while the process lives."""
    ends, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < ends:
        if answer := question():
            return answer
        assert of is None or of.poll() is None, f"it ended with exit code {of.returncode}"
        pause.wait(0.1)
    raise AssertionError(f"{question.__name__} was not true within {seconds} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def health_of(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/health", headers={"Host": "localhost"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)
    except (urllib.error.URLError, OSError):
        return {}


def is_working(port):
    """Healthy, and every duty has been done of late, be its period five seconds or a day."""
    health = health_of(port)
    ages = health.get("duties", {}).values()
    return health.get("healthy") and all(age is not None and age < 30 for age in ages)


@pytest.fixture
def start(tmp_path):
    """`start(command, **environment)` starts a program; what is left is killed."""
    processes = []

    def run(command, **environment):
        with (tmp_path / f"process-{len(processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean_environment() | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.log = Path(log.name)
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        sys.stdout.write(f"{process.args}\n{process.log.read_text(errors='replace')}\n")


def stop(process, number=signal.SIGTERM):
    process.send_signal(number)
    return process.wait(timeout=30)


@pytest.mark.process
def test_the_embedded_service_survives_a_kill_and_does_what_fell_due_meanwhile(start, tmp_path):
    port = free_port()
    environment = {
        "CRMSERVICE_MODE": "embedded",
        "DATABASE_URL": migrated.copied(tmp_path / "embedded.sqlite3"),
        "DJANGO_SECRET_KEY": PRODUCTION["DJANGO_SECRET_KEY"],
        "PORT": str(port),
    }
    command = [*GUNICORN, "-c", "python:crmservice.gunicorn_embedded"]
    assert manage("migrate", **environment).returncode == 0

    first = start(command, **environment)
    wait_until(lambda: is_working(port), of=first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    draft = "Activity.objects.create(subject_type='x', subject_id=1, verb='x.y', at=now())"
    imports = (
        "from crmservice.activity.models import Activity; from django.utils.timezone import now"
    )
    assert manage("shell", "-c", f"{imports}; {draft}", **environment).returncode == 0
    second = start(command, **environment)
    wait_until(lambda: is_working(port), of=second)
    question = (
        f"{imports}; print('untold', Activity.objects.untold().count(), Activity.objects.count())"
    )

    def is_told():
        return "untold 0 1" in manage("shell", "-c", question, **environment).stdout

    wait_until(is_told)
    assert stop(second, signal.SIGINT) == 0
    assert "Traceback" not in second.log.read_text()


@pytest.fixture
def one_machine(tmp_path):
    """`make run` with a folder of its own for its data: the environment, the port, the command."""
    migrated.copied(tmp_path / "var" / "crmservice.sqlite3")
    port = free_port()
    environment = {"VAR_DIR": str(tmp_path / "var"), "CRMSERVICE_MODE": "embedded"}
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    return SimpleNamespace(port=port, environment=environment, command=command)


@pytest.mark.process
def test_a_start_without_the_sample_prints_the_way_to_the_first_account(start, one_machine):
    process = start([*one_machine.command, "--sample", "no"], **one_machine.environment)
    wait_until(lambda: is_working(one_machine.port), of=process)
    said = process.log.read_text()

    link, _, token = said.partition("?token=")
    assert link.endswith(f"http://127.0.0.1:{one_machine.port}/setup/")
    assert len(token.split()[0]) >= 22
    refused = start([*one_machine.command, "--sample", "no"], **one_machine.environment)
    assert refused.wait(timeout=30) != 0
    assert f"make run PORT={one_machine.port + 1}" in refused.log.read_text()
    assert stop(process, signal.SIGINT) == 0


def said_when_ready(process):
    """Line by line, without what was answered to us meanwhile."""
    said = process.log.read_text().partition("CRM service is ready")[2]
    return [line for line in said.splitlines() if "/health" not in line]


@pytest.mark.process
def test_a_first_start_that_was_killed_while_it_loaded_the_sample_is_completed(start, one_machine):
    folder = Path(one_machine.environment["VAR_DIR"])
    migrated.copied(folder / "crmservice.sqlite3")
    marker = folder / "sample-load-not-finished"

    first = start(one_machine.command, **one_machine.environment)
    wait_until(marker.exists, of=first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert marker.exists()
    second = start(one_machine.command, **one_machine.environment)
    wait_until(lambda: is_working(one_machine.port), of=second, seconds=240)
    assert not marker.exists()
    assert stop(second, signal.SIGINT) == 0
    third = start(one_machine.command, **one_machine.environment)
    wait_until(lambda: is_working(one_machine.port), of=third)

    assert len(said_when_ready(second)) > 3
    assert said_when_ready(third) == said_when_ready(second)
    assert stop(third, signal.SIGINT) == 0


@pytest.mark.process
def test_the_embedded_service_refuses_a_second_process(start):
    process = start(
        [*GUNICORN, "-c", "python:crmservice.gunicorn_embedded", "--workers", "2"],
        PORT=str(free_port()),
        DJANGO_SECRET_KEY=PRODUCTION["DJANGO_SECRET_KEY"],
    )

    assert process.wait(timeout=30) != 0
    assert "exactly one process" in process.log.read_text()


@pytest.fixture
def own_database():
    """A PostgreSQL database of this test's own, beside the named one."""
    named, name = os.environ["TEST_DATABASE_URL"], f"crm_proc_{os.getpid()}"
    yield migrated.make(named, name)
    migrated.drop(named, name)


@pytest.mark.process
@pytest.mark.postgres
@pytest.mark.redis
def test_web_worker_and_beat_run_on_postgresql_and_redis_and_stop_cleanly(
    start, own_database, tmp_path
):
    port = free_port()
    environment = {
        **PRODUCTION,
        "DATABASE_URL": own_database,
        "REDIS_URL": re.sub(r"\d+$", "9", os.environ["TEST_REDIS_URL"]),
        "BIND": f"127.0.0.1:{port}",
        "PATH": os.environ["PATH"],
        "BACKUP_DIR": str(tmp_path / "backups"),
    }
    done = manage("migrate", **environment)
    assert done.returncode == 0, done.stderr

    web = start([*GUNICORN, "-c", "python:crmservice.gunicorn_production"], **environment)
    worker = start([*CELERY, "worker", "-P", "prefork", "-c", "1"], **environment)
    beat_command = SERVICES["beat"]["command"][1:]
    beat = start([*CELERY[:3], *beat_command], **environment)
    wait_until(lambda: is_working(port), of=web)

    healthcheck = [sys.executable, "-m", "crmservice.healthcheck"]
    asked = subprocess.run(
        healthcheck, cwd=ROOT, env=clean_environment() | environment, check=False
    )
    assert asked.returncode == 0
    assert manage("healthy", **environment).returncode == 0
    stopped = [stop(process) for process in (beat, worker, web)]
    logs = [process.log.read_text() for process in (beat, worker, web)]
    assert stopped == [0, 0, 0], logs
    assert [log for log in logs if "Traceback" in log] == []
