"""`openapi.json` is valid, whole and true; the page that shows it works without scripts."""

import html
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi import definitions

from services.gateway.api.docs import description
from services.gateway.api.routes import ROUTES
from tests.rest.service import Service

META_SCHEMA = next(
    value
    for value in vars(definitions).values()
    if isinstance(value, dict) and str(value.get("$id", "")).startswith("https://spec.openapis.org/oas/3.1/schema/")
)


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, op) for path, item in description()["paths"].items() for method, op in item.items()]


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*(references(each) for each in value.values())) if value else here
    return set().union(*(references(each) for each in value)) if isinstance(value, list) else set()


async def test_it_is_served_as_it_is(service: Service) -> None:
    answer = await service.get("/api/openapi.json", user=None)
    assert answer.json == json.loads(json.dumps(description()))


def test_it_is_openapi_3_1() -> None:
    assert description()["openapi"].startswith("3.1.")
    Draft202012Validator(META_SCHEMA).validate(description())


def test_every_schema_in_it_is_a_json_schema() -> None:
    for schema in description()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in description()["components"]["schemas"]}
    found = references(description())
    assert found
    assert found <= known
    assert not re.search(r"#/\$defs", json.dumps(description()))


def test_every_route_is_in_it_once_and_named() -> None:
    assert len(operations()) == len(ROUTES)
    ids = [op["operationId"] for _, _, op in operations()]
    assert len(set(ids)) == len(ids)
    assert all(op["summary"] and op["tags"] for _, _, op in operations())


@pytest.mark.parametrize(
    ("path", "method", "operation"), operations(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_an_operation_is_described_in_full(path: str, method: str, operation: dict[str, Any]) -> None:
    names = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
    assert names == set(re.findall(r"{(\w+)}", path))
    statuses = set(operation["responses"])
    assert statuses & {"200", "201", "202", "204"}
    assert "500" in statuses
    if operation["security"]:
        assert {"401", "429", "503"} <= statuses
    if "requestBody" in operation or any(p["in"] == "query" for p in operation["parameters"]):
        assert "400" in statuses
    if names:
        assert "404" in statuses
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]


async def test_the_page_shows_every_operation_without_scripts(service: Service) -> None:
    answer = await service.get("/api/docs", user=None)
    page = html.unescape(answer.body.decode())
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in page
    assert "http://" not in page.replace("http://localhost", "")
    for path, _, operation in operations():
        assert f"<code>{path}</code>" in page
        assert operation["summary"] in page
