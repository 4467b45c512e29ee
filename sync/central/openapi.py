"""The OpenAPI document: what every path takes and gives, every status and header. What bytes mean stands in wire.md."""

from typing import Any

from sync import wire

TITLE = "market kiosk central API"
METRICS_PATH = "/metrics"
CONSOLE_PATH = "/console"  # pages, not described here
MASTER_TYPE = "application/vnd.market-kiosk.master"
_KEY = {"type": "string", "pattern": "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$", "description": "32 bytes in base64"}
_TEXT = {"schema": {"type": "string"}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_LATER = {
    "Retry-After": {"description": "whole seconds", "required": True, "schema": {"type": "integer", "minimum": 0}}
}
_WHY = {
    304: "This version is known.",
    400: "Not a message of this version, cut off, or not the body that the token was made for.",
    401: "No token, or one that the kiosk of this name did not sign.",
    403: "The kiosk or its code is unknown or revoked, or the code is used up.",
    404: "There is nothing here.",
    408: "The body took too long.",
    413: "The body is larger than it may be.",
    415: "Another content type, or a content encoding.",
    416: "The range begins beyond the end.",
    422: "Not the keys and values of this form.",
    429: "Too many wrong codes.",
    500: "A fault of the centre; nothing was stored.",
    503: "Too much to do, or the database does not answer; nothing was stored.",
}


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": str(wire.VERSION),
            "description": "Takes what a fleet's kiosks carry, exactly once. Bodies are described in sync/wire.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            wire.PATH: {"post": _sync()},
            wire.MASTER_PATH: {"get": _master()},
            wire.PROVISION_PATH: {"post": _provision()},
            wire.HEALTH_PATH: {"get": _health()},
            METRICS_PATH: {"get": _metrics()},
        },
        "components": {
            "securitySchemes": {
                "kiosk": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Kiosk` and a token that the kiosk has signed for this very body",
                }
            },
            "schemas": {
                "Cause": {
                    "type": "object",
                    "required": ["cause"],
                    "properties": {"cause": {"type": "string", "pattern": "^[a-z][a-z_]{0,31}$"}},
                    "additionalProperties": False,
                }
            },
        },
    }


def _sync() -> dict[str, Any]:
    return {
        "operationId": "sync",
        "summary": "One request for everything: records up, verdicts, receipts and outcomes down",
        "security": [{"kiosk": []}],
        "requestBody": {"required": True, "content": {wire.REQUEST_TYPE: _BINARY}},
        "responses": {"200": _ok("The signed answer.", {wire.ANSWER_TYPE: _BINARY})}
        | _errors(400, 401, 403, 408, 413, 415, 500, 503),
    }


def _master() -> dict[str, Any]:
    tag = {"ETag": _TEXT | {"required": True}, "Accept-Ranges": _TEXT}
    asked = ("If-None-Match", "If-Range", "Range")
    return {
        "operationId": "master",
        "summary": "The newest master data as one signed bundle; may be fetched in pieces",
        "security": [{"kiosk": []}],
        "parameters": [{"name": name, "in": "header", "schema": {"type": "string"}} for name in asked],
        "responses": {
            "200": _ok("The whole bundle.", {MASTER_TYPE: _BINARY}, tag),
            "206": _ok("A range of it.", {MASTER_TYPE: _BINARY}, tag | {"Content-Range": _TEXT | {"required": True}}),
            "304": {"description": _WHY[304], "headers": tag},
        }
        | _errors(400, 401, 403, 404, 416, 500, 503),
    }


def _provision() -> dict[str, Any]:
    form = _object(code={"type": "string", "minLength": 1, "maxLength": 64}, public_key=_KEY, number_key=_KEY)
    given = _object(kiosk={"type": "string"}, central_key=_KEY, answer_key=_KEY)
    return {
        "operationId": "provision",
        "summary": "A one-time code and the kiosk's public keys for a name and the centre's public keys",
        "requestBody": {"required": True, "content": {"application/json": {"schema": form}}},
        "responses": {"200": _ok("The kiosk is known.", {"application/json": {"schema": given}})}
        | _errors(400, 403, 408, 413, 415, 422, 429, 500, 503),
    }


def _health() -> dict[str, Any]:
    alive = _object(status={"const": "ok"}, version={"type": "integer"}, at_ms={"type": "integer"})
    return {
        "operationId": "health",
        "summary": "Whether the API and its database answer",
        "responses": {"200": _ok("Both do.", {"application/json": {"schema": alive}})} | _errors(500, 503),
    }


def _metrics() -> dict[str, Any]:
    return {
        "operationId": "metrics",
        "summary": "Figures for Prometheus, for whom the settings let read them",
        "responses": {"200": _ok("The text format.", {"text/plain": _TEXT})} | _errors(404, 500, 503),
    }


def _ok(text: str, content: dict[str, Any], headers: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": text, "content": content} | ({"headers": headers} if headers else {})


def _errors(*statuses: int) -> dict[str, Any]:
    cause = {"application/json": {"schema": {"$ref": "#/components/schemas/Cause"}}}
    return {str(status): _ok(_WHY[status], cause, _LATER if status in (429, 503) else None) for status in statuses}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }
