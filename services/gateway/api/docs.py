"""`openapi.json`, and the same as a page to read: rendered here, without scripts."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.gateway.api.call import Call
from services.gateway.api.openapi import openapi

_CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    from services.gateway.api.routes import ROUTES  # noqa: PLC0415  the table names these handlers

    return openapi(ROUTES, version("claude-scope"))


async def read_openapi(call: Call) -> web.Response:
    return web.json_response(description())


async def read_docs(call: Call) -> web.Response:
    return web.Response(text=_page(), content_type="text/html", headers={"Content-Security-Policy": _CSP})


@lru_cache(maxsize=1)
def _page() -> str:
    environment = Environment(
        loader=PackageLoader("services.gateway"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["kind"] = kind
    return environment.get_template("docs.html.j2").render(api=description())


def kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, for a table cell."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(kind(choice) for choice in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{kind(schema.get('items', {}))}[]"
    if "enum" in schema:
        return " · ".join(str(value) for value in schema["enum"])
    return str(schema.get("const", schema.get("type", "any")))
