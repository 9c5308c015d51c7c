"""OpenAPI 3.1 from the table: the same structs that decode and encode describe themselves.

OpenAPI 3.1 is JSON Schema 2020-12, so the schemas of request types are used as they are.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from rogatory_node import __version__
from rogatory_node.api.v1.endpoint import Endpoint, Model, NoQuery
from rogatory_node.casebook.once import MAX_KEY

_PART: Final = re.compile(r"\{(\w+)\}")
SHARED: Final = {
    400: "The query or body cannot be read.",
    401: "No valid token.",
    403: "The token may not do this.",
    429: "Too many calls at once.",
}


class ProblemDetails(Model):
    """A refusal (RFC 9457): ``code`` is stable, ``title`` is for people, ``next`` says what to do."""

    type: str
    title: str
    status: int
    code: str
    next: str | None = None
    args: dict[str, Any] | None = None


def describe(table: Sequence[Endpoint], prefix: str) -> dict[str, Any]:
    """Return the description of all endpoints."""
    structs = list(dict.fromkeys([ProblemDetails, *(each for endpoint in table for each in _structs(endpoint))]))
    found, described = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    # As it is read from the wire: a default that is a tuple here is a list there.
    components: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(described))
    references = dict(zip(structs, found, strict=True))
    paths: dict[str, Any] = {}
    for endpoint in table:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _operation(
            endpoint, references, components
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rogatory", "version": __version__, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "rgt_"}},
        },
    }


def _structs(endpoint: Endpoint) -> Iterator[Any]:
    if endpoint.answer is not bytes:
        yield endpoint.answer
    yield endpoint.query
    if endpoint.body is not None:
        yield endpoint.body


def _operation(endpoint: Endpoint, references: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_in_path(endpoint), *_in_query(endpoint, components), *_in_headers(endpoint)],
        "responses": {
            str(endpoint.status): {
                "description": "Done.",
                "content": _content(endpoint, references),
            }
        },
    }
    if endpoint.action is not None:
        told["x-action"] = endpoint.action.value
    if endpoint.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": references[endpoint.body]}},
        }
    refusal = {"application/problem+json": {"schema": references[ProblemDetails]}}
    more = [*([413, 415, 422] if endpoint.body or endpoint.once else []), *([428] if endpoint.matched else [])]
    for status in sorted({*SHARED, *endpoint.problems.values(), *more}):
        codes = [code for code, of in endpoint.problems.items() if of == status]
        description = ", ".join(codes) or SHARED.get(status, "Refused.")
        told["responses"][str(status)] = {"description": description, "content": refusal}
    if endpoint.method == "GET" and endpoint.answer is not bytes:
        told["responses"]["304"] = {"description": "Unchanged."}
    return told


def _content(endpoint: Endpoint, references: dict[Any, Any]) -> dict[str, Any]:
    if endpoint.answer is bytes:
        return {"application/octet-stream": {}}
    return {"application/json": {"schema": references[endpoint.answer]}}


def _in_path(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    for name in _PART.findall(endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _in_headers(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    # Values begin and end with a letter or digit: HTTP takes blanks away there.
    if endpoint.once:
        text = {"type": "string", "pattern": f"^[A-Za-z0-9-]{{1,{MAX_KEY}}}$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": text}
    if endpoint.matched:
        version = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
        yield {"name": "If-Match", "in": "header", "required": True, "schema": version}


def _in_query(endpoint: Endpoint, components: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if endpoint.query is NoQuery:
        return
    described = components[endpoint.query.__name__]
    for name, schema in described["properties"].items():
        required = name in described.get("required", [])
        yield {"name": name, "in": "query", "required": required, "schema": schema}
