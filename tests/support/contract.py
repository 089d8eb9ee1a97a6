"""Holds answers against the committed contract, shared-schemas/openapi.json."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from tests.support.processes import ROOT

CONTRACT = ROOT / "shared-schemas" / "openapi.json"


@cache
def contract() -> dict[str, Any]:
    """The committed OpenAPI document."""
    return json.loads(CONTRACT.read_text("utf-8"))


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator of one of the contract's schemas, formats included."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": contract()["components"]}
    Draft202012Validator.check_schema(contract()["components"]["schemas"][name])
    return Draft202012Validator(schema, format_checker=FormatChecker())


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The contract's operation for a request; None where it has none."""
    for template, operations in contract()["paths"].items():
        pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations:
            return operations[method.lower()]
    return None


def check_answer(answer: httpx.Response) -> None:
    """Fail unless the answer is one that the contract promises for its request."""
    found = operation(answer.request.method, answer.request.url.path)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json", answer.text
        check_schema("Problem", answer.json())
        return
    assert found is not None, f"{answer.request.method} {answer.request.url.path} is not in the contract"
    response = found["responses"].get(str(answer.status_code))
    assert response is not None, f"the contract has no answer {answer.status_code}"
    content = response.get("content", {})
    if not content:
        assert not answer.content
        return
    kind = answer.headers["Content-Type"].split(";")[0]
    assert kind in content
    if "schema" in content[kind]:
        check_schema(content[kind]["schema"]["$ref"].rsplit("/", 1)[-1], answer.json())


def check_schema(name: str, value: Any) -> None:
    """Fail unless `value` is valid by the contract's schema `name`."""
    errors = [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(value)]
    assert not errors, f"not a {name}: {errors}"
