"""tests/security/asvs.toml: each goal has a test that exists, or a reason."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROWS = tomllib.loads((ROOT / "tests/security/asvs.toml").read_text("utf-8"))


def test_every_goal_has_its_row():
    assert list(ROWS) == [f"S-{number:02d}" for number in range(1, 57)]


@pytest.mark.parametrize("goal", ROWS)
def test_a_goal_has_a_test_that_exists_or_a_reason(goal):
    row = ROWS[goal]

    assert row.keys() <= {"asvs", "tests", "reason"}
    assert row.get("tests") or row.get("reason")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", number) for number in row["asvs"])
    assert [name for name in row.get("tests", []) if name not in defined_in(name)] == []


def defined_in(name):
    path = name.partition("::")[0]
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {f"{path}::{node.name}" for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
