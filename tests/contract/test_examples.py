"""The hand-written examples: what we take and give, and what we refuse, said by both readers of the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, ValidationError, class_registry

from handclasp.app import create_app
from tests.support.contract import contract, validator
from tests.support.processes import ROOT

EXAMPLES = ROOT / "shared-schemas" / "examples"
SCHEMAS = sorted(contract()["components"]["schemas"])
assert create_app  # its import registers every schema


def files(kind: str) -> list[Path]:
    return sorted((EXAMPLES / kind).rglob("*.json"))


def label(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def marshmallow_schema(name: str) -> Schema:
    found: Any = class_registry.get_class(f"{name}Schema")
    return found()


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_has_examples_of_both_kinds(name: str) -> None:
    for kind in ("valid", "invalid"):
        assert list((EXAMPLES / kind / name).glob("*.json")), f"write shared-schemas/examples/{kind}/{name}/*.json"


def test_no_example_is_of_a_schema_that_is_gone() -> None:
    assert {path.parent.name for kind in ("valid", "invalid") for path in files(kind)} == set(SCHEMAS)


@pytest.mark.parametrize("path", files("valid"), ids=label)
def test_valid_examples_are_taken_by_both(path: Path) -> None:
    value = json.loads(path.read_text("utf-8"))
    assert [error.message for error in validator(path.parent.name).iter_errors(value)] == []
    marshmallow_schema(path.parent.name).load(value)


@pytest.mark.parametrize("path", files("invalid"), ids=label)
def test_invalid_examples_are_refused_by_both(path: Path) -> None:
    value = json.loads(path.read_text("utf-8"))
    assert not validator(path.parent.name).is_valid(value)
    with pytest.raises(ValidationError):
        marshmallow_schema(path.parent.name).load(value)
