"""One's own account: the password, one-time codes, and where one is signed in."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Request, Response

from kiosk.domain.errors import KioskError
from sync.central.console import audit
from sync.central.console.accounts import CODED
from sync.central.console.console import Console, to
from sync.central.console.doors import COOKIE, Change, Refused, address_of
from sync.central.console.pages import drawn
from sync.central.console.sessions import Seat


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    doors, pages, codes = console.doors, console.pages, console.codes

    def page(request: Request, seat: Seat, status: int = 200, wrong: str = "", problem: str = "") -> Response:
        """`wrong`: the form that did not go through, `problem`: what to say about it."""
        secret = codes.opened(seat.totp, seat.account) if seat.totp else None
        return pages.page(
            request, "account.html", seat, status,
            wrong=wrong, problem=problem, sessions=console.sessions.number(seat.account),
            needs_codes=seat.role in CODED and not seat.has_codes,
            secret=codes.spoken(secret) if secret else "",
            picture=drawn(_qr(codes.uri(secret, seat.account))) if secret else "",
        )  # fmt: skip

    def again(request: Request, account: str, token: str) -> str:
        """Whoever is at the account has to prove it anew, as slowly as at the door. The problem, "" for none."""
        if wait_s := console.attempts.begin(account, address_of(request)):
            raise Refused("wait", 429, seconds=wait_s)
        if not console.accounts.is_password(account, token):
            return "account.password_wrong"
        console.attempts.went_well(account, address_of(request))
        return ""

    def renewed(request: Request, name: str) -> Response:
        """All sessions have ended; this one goes on with a new token."""
        answer = to(request, "/account")
        token = console.sessions.open(name)
        answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
        return answer

    def note(name: str, deed: str) -> None:
        with console.database.write() as connection:
            audit.write(connection, console.clock, name, deed)

    @router.get("/account")
    def account(request: Request, seat: Annotated[Seat, Depends(doors.any_seat)]) -> Response:
        return page(request, seat)

    @router.post("/account/password")
    def password(request: Request, change: Annotated[Change, Depends(doors.change(settled=False))]) -> Response:
        seat, form = change.seat, change.form
        if problem := again(request, seat.account, form.get("old", "")):
            return page(request, seat, 422, "password", pages.of(request)(problem))
        if form.get("new", "") != form.get("repeat", ""):
            return page(request, seat, 422, "password", pages.of(request)("account.not_the_same"))
        try:
            console.accounts.set_password(seat.account, form.get("new", ""))
        except KioskError as error:
            return page(request, seat, 422, "password", pages.errors(request).error(error))
        note(seat.account, "password_set")
        return renewed(request, seat.account)

    @router.post("/account/codes")
    def begin(request: Request, change: Annotated[Change, Depends(doors.change(settled=False))]) -> Response:
        seat = change.seat
        if problem := again(request, seat.account, change.form.get("old", "")):
            return page(request, seat, 422, "codes", pages.of(request)(problem))
        if seat.has_codes and not doors.proven(change, request):
            return page(request, seat, 422, "codes", pages.of(request)("account.code_wrong"))
        console.sessions.keep_secret(seat.token, codes.sealed(codes.fresh(), seat.account))
        return to(request, "/account")

    @router.post("/account/codes/confirm")
    def confirm(request: Request, change: Annotated[Change, Depends(doors.change(settled=False))]) -> Response:
        seat = change.seat
        secret = codes.opened(seat.totp, seat.account) if seat.totp else None
        if secret is None:
            return to(request, "/account")
        if codes.step_of(secret, change.form.get("code", ""), console.clock.wall_ms()) is None:
            return page(request, seat, 422, "confirm", pages.of(request)("account.code_wrong"))
        console.accounts.set_codes(seat.account, secret)
        note(seat.account, "codes_set")
        return renewed(request, seat.account)

    return router


def _qr(text: str) -> str:
    """As SVG that stands in the page, without anything inline that a strict policy would refuse."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=5, border=2, xmldecl=False, svgclass="qr", lineclass=None)
    return out.getvalue().decode()
