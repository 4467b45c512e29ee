"""Reading a request, strictly, and refusing it without a word of what was in it: `{"cause": …}` is all that is said."""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kiosk.logs import Log

RETRY_AFTER_S = 5
MEMORY_LIMIT = 64 * 1024 * 1024  # bytes of all bodies that are held at once
BODY_S = 300  # for a whole body: 256 KiB take 105 s at 20 kbit/s
FORM_LIMIT = 4096  # bytes of a provisioning body
_KEY_BYTES = 32
_FORM_KEYS = {"code", "public_key", "number_key"}
_CAUSES = {400: "not_understood", 404: "not_found", 405: "method", 413: "too_large", 415: "content_type"}
_log = Log("central")


class Refusal(Exception):
    """An answer of the given status, raised from wherever it is known."""

    def __init__(self, status: int, cause: str, retry_after_s: int | None = None) -> None:
        self.status = status
        self.cause = cause
        self.retry_after_s = retry_after_s
        super().__init__(cause)


def expect(request: Request, content_type: str) -> None:
    """Raises Refusal 415."""
    if request.headers.get("content-type", "").lower() != content_type:
        raise Refusal(415, "content_type")
    if request.headers.get("content-encoding"):
        raise Refusal(415, "content_encoding")


class Bodies:
    """Reads bodies, all of them together never more than `most` bytes: slow senders cannot fill the memory."""

    def __init__(self, most: int = MEMORY_LIMIT) -> None:
        self._most = most
        self.held = 0

    @asynccontextmanager
    async def of(self, request: Request, limit: int) -> AsyncIterator[bytes]:
        """The whole body, given up on as soon as it is longer than it may be. Raises Refusal 413, 408, 400, 503."""
        announced = request.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced[:12]) > limit:
            raise Refusal(413, "too_large")
        body = bytearray()
        try:
            await self._read(request, limit, body)
            yield bytes(body)
        finally:
            self.held -= len(body)

    async def _read(self, request: Request, limit: int, body: bytearray) -> None:
        try:
            async with asyncio.timeout(BODY_S):
                async for piece in request.stream():
                    body += piece
                    self.held += len(piece)
                    if len(body) > limit:
                        raise Refusal(413, "too_large")
                    if self.held > self._most:
                        raise Refusal(503, "busy", RETRY_AFTER_S)
        except TimeoutError:
            raise Refusal(408, "timeout") from None
        except ClientDisconnect:
            raise Refusal(400, "cut") from None


def form_of(body: bytes) -> tuple[str, bytes, bytes]:
    """The code and the two raw public keys of a provisioning body. Raises Refusal 400, 422."""
    try:
        form: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "not_understood") from None
    if not isinstance(form, dict) or set(form) != _FORM_KEYS:
        raise Refusal(422, "keys")
    code = form["code"]
    if not isinstance(code, str) or not 1 <= len(code) <= 64:
        raise Refusal(422, "values")
    return code, _key(form["public_key"]), _key(form["number_key"])


def never_echo(app: FastAPI) -> None:
    """Own handlers for every error: the default ones repeat the input (422) or the text of the exception."""

    def answer(status: int, cause: str, retry_after_s: int | None = None) -> JSONResponse:
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        if status in (400, 408, 413, 415):
            headers["Connection"] = "close"  # the rest of the body was not read
        _log.info("request.refused", status=status, cause=cause)
        return JSONResponse({"cause": cause}, status, headers)

    @app.exception_handler(Refusal)
    async def refusal(_: Request, error: Refusal) -> JSONResponse:
        return answer(error.status, error.cause, error.retry_after_s)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        refused = answer(error.status_code, _CAUSES.get(error.status_code, "refused"))
        refused.headers.update({name: value for name, value in (error.headers or {}).items() if name == "Allow"})
        return refused

    @app.exception_handler(RequestValidationError)
    async def validation(_: Request, __: RequestValidationError) -> JSONResponse:
        return answer(422, "values")

    @app.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> JSONResponse:
        _log.error("request.crashed", error)
        return answer(500, "server_error")


def _key(text: object) -> bytes:
    if not isinstance(text, str):
        raise Refusal(422, "values")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(422, "values") from None
    if len(raw) != _KEY_BYTES:
        raise Refusal(422, "values")
    return raw
