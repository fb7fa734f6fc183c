"""`make test`: the whole suite on SQLite, once more on PostgreSQL with Redis, and a plain summary.

The second turn happens where TEST_DATABASE_URL and TEST_REDIS_URL name the two. What needs a
browser or starts processes of its own runs by itself, for it minds the clock. The tests run in an
order drawn by the commit: the same everywhere for one commit, another for the next. Arguments go
to pytest.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import migrated

TOGETHER = "not (e2e or process)"
ALONE = {  # the processes of one machine are on SQLite whatever the suite is on: once is enough
    "SQLite": "e2e or (process and not postgres)",
    "PostgreSQL and Redis": "e2e or (process and postgres)",
}
TWO = ("-n", "2")
BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")  # what takes long first: conftest.py
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NO_TESTS = 5


@dataclass
class Turn:
    """One run of pytest and what its report says."""

    database: str
    part: str
    exit_code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


def main(arguments: list[str]) -> int:
    install_browser()
    order = [f"--randomly-seed={seed()}"]
    turns = []
    with tempfile.TemporaryDirectory() as folder:
        migrated_file = migrated.sqlite_file(Path(folder, "migrated.sqlite3"))
        for database, environment in databases():
            with template(database) as copies:
                turns += [
                    run(
                        database,
                        environment | migrated_file | copies,
                        part,
                        [*order, *options, *arguments],
                    )
                    for part, options in parts(database).items()
                ]
    report(turns)
    return 1 if any(turn.exit_code not in {0, NO_TESTS} for turn in turns) else 0


def databases() -> Iterator[tuple[str, dict[str, str]]]:
    """Each database with the environment that chooses it."""
    wanted = [os.environ.get(name) for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL")]
    yield "SQLite", {"TEST_DATABASE_URL": "", "TEST_REDIS_URL": ""}
    if all(wanted):
        yield "PostgreSQL and Redis", {}


@contextmanager
def template(database: str) -> Iterator[dict[str, str]]:
    """The environment that names a PostgreSQL database with every migration, to be copied."""
    if database == "SQLite":
        yield {}
        return
    with migrated.postgresql_template(os.environ["TEST_DATABASE_URL"]) as copies:
        yield copies


def parts(database: str) -> dict[str, list[str]]:
    return {
        "rules, pages, queries": [*TWO, *BY_FILE, "-m", TOGETHER],
        "browser, processes": [*TWO, "-m", ALONE[database]],
    }


def seed() -> int:
    """Of the commit that is tested; 0 outside a checkout."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short=8", "HEAD"], capture_output=True, text=True, check=False
    )
    return int(asked.stdout or "0", 16)


def run(database: str, environment: dict[str, str], part: str, arguments: list[str]) -> Turn:
    print(f"\n=== {database}: {part} ===", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "result.xml")
        command = [sys.executable, "-m", "pytest", f"--junitxml={result}", *arguments]
        started = time.monotonic()
        exit_code = subprocess.run(command, env=os.environ | environment, check=False).returncode
        turn = Turn(database, part, exit_code, time.monotonic() - started)
        if result.exists():
            read_result(turn, result)
    return turn


def read_result(turn: Turn, result: Path) -> None:
    for case in ET.parse(result).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            turn.failed += 1
        elif skipped is not None:
            turn.skipped[skipped.get("message", "no reason given")] += 1
        else:
            turn.passed += 1


def report(turns: list[Turn]) -> None:
    print("\n=== What ran, on which database ===")
    for turn in turns:
        print(
            f"{turn.database:<21} {turn.part:<22} {turn.passed:>5} passed {turn.failed:>3} failed"
            f" {turn.skipped.total():>3} skipped {turn.seconds:>5.0f} s"
            + ("" if turn.exit_code in {0, NO_TESTS} else f"  exit code {turn.exit_code}")
        )
    if "PostgreSQL and Redis" not in {turn.database for turn in turns}:
        print("PostgreSQL and Redis: not run; TEST_DATABASE_URL and TEST_REDIS_URL name them.")
    for turn in turns:
        for reason, count in turn.skipped.items():
            print(f"skipped on {turn.database}: {count} x {reason}")
    if len(turns) > len(parts("SQLite")):
        print("What meets no database is the same on both and ran with SQLite only.")
    passed, failed = (sum(getattr(turn, name) for turn in turns) for name in ("passed", "failed"))
    skipped = sum(turn.skipped.total() for turn in turns)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped", flush=True)


def install_browser() -> None:
    """Chromium and a Chinese font, where this user may install them; else its tests are skipped."""
    if os.environ.get("CHROME_BIN") or any(map(shutil.which, BROWSERS)):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("No Chromium found and none can be installed: browser tests will be skipped.")
        return
    print("Installing Chromium for the browser tests ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        "apt-get -qq update",
        "apt-get -qq install -y --no-install-recommends chromium fonts-noto-cjk",
    ):
        subprocess.run(command.split(), env=environment, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
