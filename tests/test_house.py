"""The house holds itself to its own rules: generic tests that walk whatever apps there are."""

import ast
import importlib
import importlib.metadata
import json
import re
import subprocess
import tomllib
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command, get_commands
from django.db import models
from factory.django import DjangoModelFactory
from packaging.version import Version

from crmservice.activity.wording import LISTENERS, WORDINGS
from crmservice.celery import DUTIES, app
from crmservice.web import catalogues

ROOT = Path(settings.BASE_DIR)
KERNEL = "crmservice"
OURS = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
KERNEL_APPS = [config for config in apps.get_app_configs() if config.name.startswith(f"{KERNEL}.")]
DOORS = {"views", "api", "tasks", "receivers", "importers", "admin", "filters"}


def tracked_files(*suffixes):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.split("\0") if name.endswith(suffixes or "")]
    return [ROOT / name for name in sorted(set(names)) if (ROOT / name).is_file()]


def name_of(path):
    return str(path.relative_to(ROOT))


def code_files():
    return [path for path in tracked_files(".py") if "migrations" not in path.parts]


def models_of_ours():
    return [model for config in OURS for model in config.get_models()]


# --- Models --------------------------------------------------------------------------------------


def test_every_model_has_a_factory():
    made = set()
    for path in ROOT.glob("tests/factories/*.py"):
        module = importlib.import_module(f"tests.factories.{path.stem}")
        made |= {
            thing._meta.model
            for thing in vars(module).values()
            if isinstance(thing, type) and issubclass(thing, DjangoModelFactory)
        }

    assert [model._meta.label for model in models_of_ours() if model not in made] == []


def test_every_moment_with_a_person_has_its_constraint():
    """Where `x_at` and `x_by` may both be empty, a constraint says how they go together."""
    loose = []
    for model in models_of_ours():
        fields = {field.name: field for field in model._meta.fields if field.null}
        for name in fields:
            by = f"{name.removesuffix('_at')}_by"
            if name.endswith("_at") and by in fields:
                named = [words_of(constraint) for constraint in model._meta.constraints]
                if not any({name, by} <= words for words in named):
                    loose.append(f"{model._meta.label}.{name}")

    assert loose == []


def words_of(constraint):
    condition = getattr(constraint, "condition", None)
    return leaves(condition) if condition else set()


def leaves(condition):
    found = set()
    for child in condition.children:
        found |= leaves(child) if isinstance(child, models.Q) else {child[0].split("__")[0]}
    return found


@pytest.mark.django_db
def test_no_change_of_a_model_waits_for_its_migration():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


# --- The clock -----------------------------------------------------------------------------------


def test_every_beat_entry_names_a_registered_task():
    app.loader.import_default_modules()

    assert [duty["task"] for duty in DUTIES.values() if duty["task"] not in app.tasks] == []


def test_every_task_of_ours_stands_in_the_beat_table():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}

    assert ours - {duty["task"] for duty in DUTIES.values()} == set()


def test_only_doors_read_the_clock():
    """Elsewhere `at` is an argument, so that a rule can be asked about any moment."""
    readers = [
        name_of(path)
        for config in OURS
        for path in Path(config.path).rglob("*.py")
        if not {"migrations", "management", *DOORS} & set(path.with_suffix("").parts)
        if re.search(
            r"timezone import .*\bnow\b|timezone\.now\b|datetime\.now\(|date\.today\(",
            path.read_text("utf-8"),
        )
    ]

    assert readers == []


# --- The trail -----------------------------------------------------------------------------------


def test_every_recorded_verb_has_its_wording():
    assert sorted(recorded_verbs() - WORDINGS.keys()) == []


def test_whoever_listens_listens_to_a_verb_that_is_worded():
    assert sorted(LISTENERS.keys() - WORDINGS.keys()) == []


def recorded_verbs():
    calls = [
        node
        for path in code_files()
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and called_name(node) == "record" and len(node.args) > 1
    ]
    return {call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)}


def called_name(call):
    return getattr(call.func, "id", None) or getattr(call.func, "attr", None)


# --- Templates and static files ------------------------------------------------------------------


def page_templates():
    fragments = {"components", "layouts", "bootstrap5"}
    return [
        path
        for path in tracked_files(".html")
        if "templates" in path.parts
        and not fragments & set(path.parts)
        and not path.name.startswith("_")
        and path.name != "base.html"
    ]


def test_every_page_template_extends_a_layout():
    bare = [
        name_of(path)
        for path in page_templates()
        if not re.match(r"\s*(\{#.*?#\}\s*)*\{% extends ", path.read_text("utf-8"))
    ]

    assert bare == []


def test_every_component_is_included_with_nothing_but_its_words():
    includes = re.compile(r"\{%\s*include\s+\"components/[^%]*%\}", re.DOTALL)
    loose = [
        f"{name_of(path)}: {tag[0]}"
        for path in tracked_files(".html")
        for tag in includes.finditer(path.read_text("utf-8"))
        if not re.search(r"\sonly\s*%\}$", tag[0])
    ]

    assert loose == []


def test_every_static_file_that_a_page_names_is_there():
    missing = {
        f"{name_of(path)}: {name}"
        for path in tracked_files(".html")
        for name in re.findall(r"\{% static ['\"]([^'\"]+)['\"]", path.read_text("utf-8"))
        if not finders.find(name)
    }

    assert missing == set()


@pytest.mark.parametrize("language", ["zh_Hans"])
def test_the_catalogue_is_complete(language):
    catalogue = polib.pofile(str(catalogues.catalogue_path(language)))

    gaps = catalogues.gaps(catalogue, catalogues.extract_texts())

    assert gaps == catalogues.Gaps(missing=[], broken=[], fuzzy=[], obsolete=[])


# --- What is not to be found ---------------------------------------------------------------------

SEARCH = "crmservice/search/query.py"  # full text has no words in the ORM on SQLite
FORBIDDEN = {
    "escaping is never switched off": (
        (".py", ".html"),
        r"mark_safe|\|\s*safe\b|autoescape off",
    ),
    "every form has its CSRF token": ((".py",), r"csrf_exempt"),
    "SQL is the ORM's or a migration's": ((".py",), r"RawSQL|\.extra\(|\braw\("),
    "a form names its fields": ((".py",), r"fields\s*=\s*[\"']__all__"),
    "no script and no style stands in a page": (
        (".html",),
        r"<style|<script(?![^>]*(\bsrc=|application/json))|\sstyle=\"|\son[a-z]+=\"|javascript:",
    ),
    "work to be done is an issue": ((".py", ".html", ".js", ".css"), r"\b(TODO|FIXME|HACK)\b"),
    "tests wait for a fact, not for a time": ((".py",), r"time\.sleep\("),
    "no timer lives in a message": ((".py",), r"apply_async\([^)]*\b(eta|countdown)="),
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_nothing_forbidden_is_in_the_tree(rule):
    suffixes, pattern = FORBIDDEN[rule]
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in tracked_files(*suffixes)
        if path != Path(__file__) and "migrations" not in path.parts
        if name_of(path) != SEARCH or "SQL" not in rule
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]

    assert found == []


TEXTS = (
    ".py",
    ".html",
    ".js",
    ".css",
    ".md",
    ".toml",
    ".yml",
    ".json",
    ".in",
    ".txt",
    ".po",
    ".svg",
)
TEXTS += ("Makefile", "Dockerfile", "run", ".npmrc", ".gitignore", ".dockerignore")
HARMLESS_HOSTS = re.compile(
    r"^(localhost|127\.0\.0\.1|testserver|(.*\.)?example(\.(com|org|net|cn))?|www\.w3\.org|\W.*|)$"
)


def test_no_address_of_a_registry_or_of_another_site_is_in_the_tree():
    found = {
        f"{name_of(path)}: {host}"
        for path in tracked_files(*TEXTS)
        if path.name != "package-lock.json"  # whose packages name those who may be thanked
        for host in re.findall(r"https?://([^\s/:\"'`<>)\]]*)", path.read_text("utf-8"))
        if not HARMLESS_HOSTS.match(host)
    }

    assert found == set()


def test_no_path_of_somebodys_machine_is_in_the_tree():
    homes = re.compile(r"(?<![\w.])/(root|home|Users|work|opt)/[\w.]+")
    found = [
        f"{name_of(path)}: {hit[0]}"
        for path in tracked_files(*TEXTS)
        for hit in homes.finditer(path.read_text("utf-8"))
    ]

    assert found == []


def test_no_secret_is_in_the_tree():
    secret = re.compile(
        r"BEGIN [A-Z ]*PRIVATE KEY"
        r"|(SECRET_KEY|PASSWORD|TOKEN)\s*[=:]\s*[\"'][A-Za-z0-9+/_-]{16,}[\"']"
    )
    found = [
        name_of(path) for path in tracked_files(*TEXTS) if secret.search(path.read_text("utf-8"))
    ]

    assert found == []


LARGE = 150_000
KNOWN_LARGE = {
    "sample/requests.csv",
    "locale/zh_Hans/LC_MESSAGES/django.po",
    "requirements/dev.txt",  # hashes, and the solver's packages for every platform
}


def test_no_large_file_comes_in_unnoticed():
    large = {name_of(path) for path in tracked_files() if path.stat().st_size > LARGE}

    assert large - KNOWN_LARGE == set()


# --- Packages and papers -------------------------------------------------------------------------


def test_nothing_older_than_its_floor_is_installed():
    floors = tomllib.loads((ROOT / "crmservice/floors.toml").read_text("utf-8"))["packages"]
    installed = {name: importlib.metadata.version(name) for name in floors}

    assert {
        name: version
        for name, version in installed.items()
        if Version(version) < Version(floors[name])
    } == {}


@pytest.mark.parametrize("name", ["base.txt", "dev.txt", "uv.txt", "node.txt"])
def test_every_locked_package_has_its_hashes_and_no_address(name):
    text = (ROOT / "requirements" / name).read_text("utf-8")
    packages = re.findall(r"(?m)^[a-z0-9][^\n]*==", text)

    assert packages
    assert len(packages) == len(re.findall(r"(?m)^[a-z0-9].*\\\n\s+--hash=", text))
    assert "://" not in text


def test_the_front_end_lock_has_hashes_and_no_download_address():
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    packages = {name: package for name, package in lock.items() if name}

    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_every_package_that_is_asked_for_is_locked():
    for source in ("base", "uv", "node"):
        asked = (ROOT / f"requirements/{source}.in").read_text("utf-8")
        locked = (ROOT / f"requirements/{source}.txt").read_text("utf-8")
        for line in filter(None, asked.splitlines()):
            name = re.match(r"[\w.-]+", line)[0]
            version = line.partition("==")[2]
            assert re.search(rf"(?m)^{re.escape(name)}=={re.escape(version)}", locked), line


PAPERS = [path for path in tracked_files(".md") if "shared" not in path.parts]


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_command_that_a_paper_names_exists(paper):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    text = paper.read_text("utf-8")
    targets = set(re.findall(r"(?:`|^|\s{3})make ([a-z]+)\b", text, re.MULTILINE))
    commands = set(re.findall(r"manage\.py ([a-z_]+)\b", text))
    known = {path.stem for path in ROOT.glob("*/**/management/commands/*.py")}

    assert {target for target in targets if f"\n{target}:" not in makefile} == set()
    assert commands - known - {"migrate", "collectstatic", "check", "makemigrations"} == set()


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_every_link_of_a_paper_leads_somewhere(paper):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", paper.read_text("utf-8"))

    assert [link for link in links if not (paper.parent / link).exists()] == []


def test_every_command_of_the_makefile_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    described = set(re.findall(r"(?m)^([a-z]+):.*## ", makefile))

    named = set(re.findall(r"manage\.py ([a-z_]+)(?![.\w])", makefile))
    assert named <= get_commands().keys()
    assert {"run", "test", "check", "fix", "bench", "seed", "messages", "clean"} <= described


def test_every_app_stands_in_each_list_that_names_them():
    """A new app has to be on the floors, in the image and among the measured sources."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    ignored = (ROOT / ".dockerignore").read_text("utf-8")
    names = {config.label for config in OURS}
    floors, rooms = project["importlinter"]["contracts"][:2]

    assert names == set(rooms["containers"])
    assert names | {KERNEL} == set(project["importlinter"]["root_packages"])
    assert names | {KERNEL} == {app for layer in floors["layers"] for app in layer.split(" | ")}
    assert (
        names | {KERNEL}
        == set(project["mypy"]["packages"])
        == set(project["coverage"]["run"]["source"])
    )
    assert {name for name in names if f"\n!{name}/\n" not in ignored} == set()
