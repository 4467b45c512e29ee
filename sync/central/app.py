"""The central API. Strict about what comes in, and no answer ever repeats any of it: `{"cause": …}` is all it says."""

import base64
from collections.abc import Callable
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from kiosk.clock import Clock
from kiosk.domain.errors import CarriageError, StoreError
from kiosk.logs import Log
from sync import wire
from sync.central import mastering, openapi
from sync.central.bodies import FORM_LIMIT, RETRY_AFTER_S, Bodies, Refusal, expect, form_of, never_echo
from sync.central.database import Database
from sync.central.exchange import Exchange, Held, NotUnderstood
from sync.central.keys import public_bytes
from sync.central.metrics import LOOPBACK, Counted, Metrics, guard
from sync.central.provisioning import Guesses, provision
from sync.central.ranges import piece
from sync.central.room import Room
from sync.token import Token

_COME_BACK_S = 3600  # a kiosk that is held asks at least so often whether it still is
_STATUS = {"digest": 400, "not_understood": 400, "token": 401}
_log = Log("central")
_T = TypeVar("_T")


def create_app(
    database: Database,
    central_key: bytes,
    answer_key: Ed25519PrivateKey,
    clock: Clock,
    spread_s: int = 0,
    metrics_for: str = LOOPBACK,
    console: FastAPI | None = None,
) -> FastAPI:
    """The API over an open database.

    central_key  raw X25519 that enrolments are sealed to; its private half is not needed here
    answer_key   signs the answers
    spread_s     over how many seconds the kiosks of this centre come back after an outage
    metrics_for  who may read /metrics: loopback, all or none
    console      the pages for people, or none
    """
    app = FastAPI(title=openapi.TITLE, version=str(wire.VERSION), docs_url=None, redoc_url=None)
    app.openapi = openapi.document  # type: ignore[method-assign]
    bodies, room = Bodies(), Room()
    guesses = Guesses(clock)
    exchange = Exchange(database, answer_key, clock, spread_s)
    metrics = Metrics(database, clock)
    keys = {
        "central_key": base64.b64encode(central_key).decode(),
        "answer_key": base64.b64encode(public_bytes(answer_key)).decode(),
    }

    @app.post(wire.PATH)
    async def sync(request: Request) -> Response:
        expect(request, wire.REQUEST_TYPE)
        token = _token(request)
        async with bodies.of(request, wire.BODY_LIMIT) as body:
            with metrics.seconds.time():
                async with room.turn():
                    if await request.is_disconnected():
                        raise Refusal(400, "cut")  # nobody would hear the answer
                    done = await _apart(lambda: exchange.answer(token, body))
            metrics.exchanged(done, body)
        return Response(done.body, media_type=wire.ANSWER_TYPE)

    @app.get(wire.MASTER_PATH)
    async def master(request: Request) -> Response:
        token = _token(request)
        if not token.is_of(b""):
            raise Refusal(400, "digest")
        async with room.turn():
            await _apart(lambda: exchange.sender(token))
            newest = await _apart(lambda: _newest(database))
        if newest is None:
            raise Refusal(404, "no_master")
        return piece(request, newest[1], f'"{newest[0]}"')

    @app.post(wire.PROVISION_PATH)
    async def provisioning(request: Request) -> Response:
        expect(request, "application/json")
        sender = request.client.host if request.client else ""
        if wait_s := guesses.wait_s(sender):
            raise Refusal(429, "too_many_guesses", wait_s)
        async with bodies.of(request, FORM_LIMIT) as body:
            code, public_key, number_key = form_of(body)
        try:
            name = await _apart(lambda: provision(database, code, public_key, number_key, clock))
        except Refusal as refusal:
            if refusal.status == 403:
                guesses.wrong(sender)
            raise
        _log.info("kiosk.provisioned", kiosk=name)
        return JSONResponse({"kiosk": name} | keys)

    @app.get(wire.HEALTH_PATH)
    async def health() -> Response:
        await _apart(lambda: _alive(database))
        return JSONResponse({"status": "ok", "version": wire.VERSION, "at_ms": clock.wall_ms()})

    @app.get(openapi.METRICS_PATH)
    async def measured(request: Request) -> Response:
        guard(request, metrics_for)
        metrics.waiting.set(room.waiting)
        return Response(await _apart(metrics.text), media_type=CONTENT_TYPE_LATEST)

    if console is not None:
        app.mount(openapi.CONSOLE_PATH, console)
    app.add_middleware(Counted, metrics=metrics)
    never_echo(app)
    return app


def _token(request: Request) -> Token:
    try:
        return Token.from_header(request.headers.get("authorization"))
    except wire.WireError:
        raise Refusal(401, "token") from None


def _newest(database: Database) -> tuple[int, bytes] | None:
    with database.read() as connection:
        return mastering.newest(connection)


def _alive(database: Database) -> None:
    with database.read() as connection:
        connection.exec_driver_sql("SELECT 1")


async def _apart(work: Callable[[], _T]) -> _T:
    """Work on the database, beside the event loop. Trouble there means "later" to a kiosk, never an acknowledgement."""
    try:
        return await run_in_threadpool(work)
    except NotUnderstood as error:
        raise Refusal(_STATUS[error.cause], error.cause) from None
    except Held as error:
        raise Refusal(503, "held", min(error.seconds, _COME_BACK_S)) from None
    except CarriageError as error:
        raise Refusal(403, error.id.removeprefix("central.")) from None
    except StoreError as error:
        _log.warning("database.trouble", cause=error.id)
        raise Refusal(503, "database", RETRY_AFTER_S) from None
