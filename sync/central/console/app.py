"""The console as an app of its own: `serve` mounts it beside the API, another server may mount it alone."""

from datetime import tzinfo
from typing import Annotated

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from kiosk.clock import Clock
from kiosk.domain.errors import KioskError, StoreError
from kiosk.logs import Log
from kiosk.resources import ASSETS
from sync.central.console import (
    account_page,
    alerts_page,
    associations_page,
    audit_page,
    entering,
    fleet_page,
    kiosk_page,
    orders_page,
    record_page,
    tables_page,
    target_page,
)
from sync.central.console.accounts import Accounts
from sync.central.console.attempts import Attempts
from sync.central.console.codes import Codes
from sync.central.console.console import Console, safe, to
from sync.central.console.doors import (
    CodesNeeded,
    Doors,
    Form,
    PasswordNeeded,
    Refused,
    SignInNeeded,
    form_of,
    same_site,
)
from sync.central.console.headers import Headers
from sync.central.console.pages import HERE, LANGUAGE_COOKIE, LANGUAGES, Pages
from sync.central.console.sessions import Sessions
from sync.central.console.standing import Limits
from sync.central.database import Database

_PAGES = (
    entering, fleet_page, kiosk_page, record_page, alerts_page, target_page, associations_page, orders_page,
    tables_page, account_page, audit_page,
)  # fmt: skip
_YEAR_S = 365 * 86_400
_log = Log("console")


def create_console(
    database: Database,
    console_key: bytes,
    clock: Clock,
    zone: tzinfo,
    limits: Limits,
    answer_key: Ed25519PrivateKey,
    central_key: bytes,
    hasher: PasswordHasher | None = None,
) -> FastAPI:
    """The console over an open database.

    console_key  32 bytes that the secrets of one-time codes are encrypted with
    answer_key   signs the master data that is published here
    central_key  raw X25519 that lists are sealed to; its private half is not needed here
    hasher       of passwords; argon2id with the usual cost
    """
    codes = Codes(console_key)
    accounts = Accounts(database, codes, clock, hasher)
    sessions, attempts = Sessions(database, clock), Attempts(database, clock)
    doors = Doors(sessions, accounts, attempts)
    pages = Pages(clock, zone)
    console = Console(
        database, clock, zone, codes, accounts, sessions, attempts, doors, pages, limits, answer_key, central_key
    )
    app = FastAPI(title="console", openapi_url=None, docs_url=None, redoc_url=None)
    for page in _PAGES:
        app.include_router(page.routes(console))
    app.mount("/static/fonts", StaticFiles(directory=ASSETS / "fonts"), name="fonts")
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")

    @app.post("/language")
    def language(request: Request, form: Annotated[Form, Depends(form_of)]) -> Response:
        same_site(request)
        chosen = form.get("language", "")
        if chosen not in LANGUAGES:
            raise Refused("form", 400)
        answer = to(request, safe(form.get("next", "/")))
        answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_S, secure=True, httponly=True, samesite="lax")
        return answer

    _mishaps(app, console)
    app.add_middleware(Headers)
    return app


def _mishaps(app: FastAPI, console: Console) -> None:
    """Every way in which it can go wrong is a page with what happened and what to do; none repeats the input."""

    def page(request: Request, id: str, status: int, **facts: int | str) -> Response:
        said = console.pages.of(request)
        sentence = said(f"refused.{id}", **facts)
        headers = {"Retry-After": str(facts["seconds"])} if "seconds" in facts else {}
        answer = console.pages.page(request, "mishap.html", status=status, sentence=sentence)
        answer.headers.update(headers)
        return answer

    def away(request: Request, path: str) -> Response:
        if "hx-request" in request.headers:  # a piece of a page: the whole page has to go
            return Response(headers={"HX-Redirect": request.scope.get("root_path", "") + path})
        return to(request, path)

    @app.exception_handler(SignInNeeded)
    def sign_in(request: Request, _: SignInNeeded) -> Response:
        here = request.url.path.removeprefix(request.scope.get("root_path", ""))
        wanted = f"?next={here}" if request.method == "GET" and here not in ("", "/") and here == safe(here) else ""
        return away(request, f"/sign-in{wanted}")

    @app.exception_handler(PasswordNeeded)
    def password(request: Request, _: PasswordNeeded) -> Response:
        return away(request, "/account")

    @app.exception_handler(CodesNeeded)
    def codes(request: Request, _: CodesNeeded) -> Response:
        return page(request, "codes", 403)

    @app.exception_handler(Refused)
    def refused(request: Request, error: Refused) -> Response:
        return page(request, error.id, error.status, **error.facts)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        return page(request, "nothing" if error.status_code in (404, 405) else "form", error.status_code)

    @app.exception_handler(RequestValidationError)
    def validation(request: Request, _: RequestValidationError) -> Response:
        return page(request, "nothing", 404)

    @app.exception_handler(StoreError)
    def trouble(request: Request, error: StoreError) -> Response:
        _log.warning("database.trouble", cause=error.id)
        return page(request, "database", 503)

    @app.exception_handler(KioskError)
    def known(request: Request, error: KioskError) -> Response:
        sentence = console.pages.errors(request).error(error)
        return console.pages.page(request, "mishap.html", status=409, sentence=sentence)

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> Response:
        _log.error("page.crashed", error)
        return page(request, "bug", 500)
