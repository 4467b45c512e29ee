"""The central API. Strict about what comes in, and no answer ever repeats any of it: `{"cause": …}` is all it says."""

import asyncio
import base64
import binascii
import json
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError, KioskError, StoreError
from kiosk.logs import Log
from sync import wire
from sync.central.database import Database
from sync.central.ingest import ingest, public_key
from sync.central.keys import public_bytes
from sync.central.provisioning import Guesses, provision
from sync.token import Token

_BUSY_BATCHES = 16  # beyond this it is kinder to say "later" than to keep a kiosk waiting for a time-out
_RETRY_AFTER_S = 5
_FORM_LIMIT = 4096  # bytes of a provisioning body
_BODY_S = 300  # for a whole body: 256 KiB take 105 s at 20 kbit/s
_KEY_BYTES = 32
_CAUSES = {400: "not_understood", 404: "not_found", 405: "method", 413: "too_large", 415: "content_type"}
_log = Log("central")
_T = TypeVar("_T")


class _Refusal(Exception):
    """An answer of the given status, raised from wherever it is known."""

    def __init__(self, status: int, cause: str, retry_after_s: int | None = None) -> None:
        self.status = status
        self.cause = cause
        self.retry_after_s = retry_after_s
        super().__init__(cause)


def create_app(
    database: Database, central_key: bytes, answer_key: Ed25519PrivateKey, clock: Clock, spread_s: int = 0
) -> FastAPI:
    """The API over an open database.

    central_key  raw X25519 that enrolments are sealed to; its private half is not needed here
    answer_key   signs the answers
    spread_s     over how many seconds the kiosks of this centre come back after an outage
    """
    app = FastAPI(title="market kiosk central API", version=str(wire.VERSION), docs_url=None, redoc_url=None)
    room = asyncio.Semaphore(_BUSY_BATCHES)
    guesses = Guesses(clock)
    keys = {
        "central_key": base64.b64encode(central_key).decode(),
        "answer_key": base64.b64encode(public_bytes(answer_key)).decode(),
    }

    @app.post(wire.PATH)
    async def sync(request: Request) -> Response:
        _expect(request, wire.REQUEST_TYPE)
        token = _token(request)
        body = await _body(request, wire.BODY_LIMIT)
        if not token.is_of(body):
            raise _Refusal(400, "digest")
        if room.locked():
            raise _Refusal(503, "busy", _RETRY_AFTER_S)
        async with room:
            answer = await _apart(lambda: _answer(database, token, body, answer_key, clock, spread_s))
        return Response(answer, media_type=wire.ANSWER_TYPE)

    @app.post(wire.PROVISION_PATH)
    async def provisioning(request: Request) -> Response:
        _expect(request, "application/json")
        sender = request.client.host if request.client else ""
        if wait_s := guesses.wait_s(sender):
            raise _Refusal(429, "too_many_guesses", wait_s)
        code, public_key, number_key = _form(await _body(request, _FORM_LIMIT))
        try:
            name = await _apart(lambda: provision(database, code, public_key, number_key, clock))
        except CarriageError as error:
            guesses.wrong(sender)
            raise _Refusal(403, _cause(error)) from None
        _log.info("kiosk.provisioned", kiosk=name)
        return JSONResponse({"kiosk": name} | keys)

    @app.get(wire.HEALTH_PATH)
    async def health() -> Response:
        await _apart(lambda: _alive(database))
        return JSONResponse({"status": "ok", "version": wire.VERSION})

    _never_echo(app)
    return app


def _token(request: Request) -> Token:
    try:
        return Token.from_header(request.headers.get("authorization"))
    except wire.WireError:
        raise _Refusal(401, "token") from None


def _answer(
    database: Database, token: Token, body: bytes, key: Ed25519PrivateKey, clock: Clock, spread_s: int
) -> bytes:
    """Committed before it is answered. A kiosk's key is looked up each time, so that a revoked one is out at once."""
    try:
        with database.read() as connection:
            if not token.is_signed_by(public_key(connection, token.kiosk)):
                raise _Refusal(401, "token")
        request = wire.decode_request(body)
        if request.kiosk != token.kiosk:
            raise _Refusal(401, "token")
        verdicts = ingest(database, request, clock)
    except wire.WireError:
        raise _Refusal(400, "not_understood") from None
    except CarriageError as error:
        raise _Refusal(403, _cause(error)) from None
    hashes = {one.seq: one.hash for one in request.records}
    root = wire.root_of(hashes[seq] for seq, verdict, _ in verdicts if verdict != wire.Verdict.REFUSED)
    judged = wire.run_length(verdicts)
    return wire.sign_answer(wire.Answer(request.kiosk, clock.wall_ms(), judged, root, spread_s), key)


def _alive(database: Database) -> None:
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")


async def _apart(work: Callable[[], _T]) -> _T:
    """Work on the database, beside the event loop. Trouble there means "later" to a kiosk, never an acknowledgement."""
    try:
        return await run_in_threadpool(work)
    except StoreError as error:
        _log.warning("database.trouble", cause=error.id)
        raise _Refusal(503, "database", _RETRY_AFTER_S) from None


def _expect(request: Request, content_type: str) -> None:
    if request.headers.get("content-type", "").lower() != content_type:
        raise _Refusal(415, "content_type")
    if request.headers.get("content-encoding"):
        raise _Refusal(415, "content_encoding")


async def _body(request: Request, limit: int) -> bytes:
    """The whole body, given up on as soon as it is longer than it may be."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:12]) > limit:
        raise _Refusal(413, "too_large")
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_S):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise _Refusal(413, "too_large")
    except TimeoutError:
        raise _Refusal(408, "timeout") from None
    except ClientDisconnect:
        raise _Refusal(400, "cut") from None
    return bytes(body)


def _form(body: bytes) -> tuple[str, bytes, bytes]:
    """The code and the two raw public keys of a provisioning body."""
    try:
        form: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refusal(400, "not_understood") from None
    if not isinstance(form, dict) or set(form) != {"code", "public_key", "number_key"}:
        raise _Refusal(422, "keys")
    code = form["code"]
    if not isinstance(code, str) or not 1 <= len(code) <= 64:
        raise _Refusal(422, "values")
    return code, _key(form["public_key"]), _key(form["number_key"])


def _key(text: object) -> bytes:
    try:
        key = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raise _Refusal(422, "values") from None
    if len(key) != _KEY_BYTES:
        raise _Refusal(422, "values")
    return key


def _cause(error: KioskError) -> str:
    return error.id.removeprefix("central.")


def _never_echo(app: FastAPI) -> None:
    """Own handlers for every error: the default ones repeat the input (422) or the text of the exception."""

    def answer(status: int, cause: str, retry_after_s: int | None = None) -> JSONResponse:
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        if status in (400, 408, 413, 415):
            headers["Connection"] = "close"  # the rest of the body was not read
        _log.info("request.refused", status=status, cause=cause)
        return JSONResponse({"cause": cause}, status, headers)

    @app.exception_handler(_Refusal)
    async def refusal(_: Request, error: _Refusal) -> JSONResponse:
        return answer(error.status, error.cause, error.retry_after_s)

    @app.exception_handler(HTTPException)
    async def http(_: Request, error: HTTPException) -> JSONResponse:
        return answer(error.status_code, _CAUSES.get(error.status_code, "refused"))

    @app.exception_handler(RequestValidationError)
    async def validation(_: Request, __: RequestValidationError) -> JSONResponse:
        return answer(422, "values")

    @app.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> JSONResponse:
        _log.error("request.crashed", error)
        return answer(500, "server_error")
