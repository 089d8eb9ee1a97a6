"""docs/fair-play.md names code and tests: all of it exists, and no rule is without a test."""

from __future__ import annotations

import re

import pytest

from tests.support.processes import ROOT

PAGE = (ROOT / "docs" / "fair-play.md").read_text("utf-8")
TESTS = {
    name
    for path in (ROOT / "tests").rglob("*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
}


def test_every_test_that_is_named_exists() -> None:
    assert set(re.findall(r"`(test_rule_\w+)`", PAGE)) <= TESTS


def test_every_path_that_is_named_exists() -> None:
    paths = re.findall(r"`((?:server|tests|extension)/[\w./-]+)`", PAGE) + [
        f"docs/{link}" for link in re.findall(r"\]\((decisions/[^)]+)\)", PAGE)
    ]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("rule", range(1, 16))
def test_every_rule_has_its_section_and_its_tests(rule: int) -> None:
    section = re.search(rf"^### {rule}\. .*?(?=^###? |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert f"`test_rule_{rule:02}_" in section.group(0)
