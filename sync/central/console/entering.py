"""Signing in and out. Whatever is wrong, the answer is the same, and each failure makes the next try wait longer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from sync.central.console import audit
from sync.central.console.console import Console, safe, to
from sync.central.console.doors import COOKIE, Change, Form, Refused, address_of, form_of, same_site


def routes(console: Console) -> APIRouter:
    router = APIRouter()
    doors, pages, clock = console.doors, console.pages, console.clock

    @router.get("/sign-in")
    def form(request: Request, next: str = "/") -> Response:
        return pages.page(request, "sign_in.html", next=safe(next), name="", failed=False)

    @router.post("/sign-in")
    def sign_in(request: Request, form: Annotated[Form, Depends(form_of)]) -> Response:
        same_site(request)
        name, address = form.get("name", "").strip().lower(), address_of(request)
        if wait_s := console.attempts.begin(name, address):
            raise Refused("wait", 429, seconds=wait_s)
        account = console.accounts.check(name, form.get("password", ""), form.get("code", ""))
        if account is None:
            known = console.accounts.find(name)  # what else was typed may be a password: it is not kept
            with console.database.write() as connection:
                audit.write(connection, clock, known.name if known else "", "sign_in_failed")
            onward = safe(form.get("next", "/"))
            return pages.page(request, "sign_in.html", status=401, next=onward, name="", failed=True)
        console.attempts.went_well(name, address)
        if old := request.cookies.get(COOKIE):
            console.sessions.close(old)
        token = console.sessions.open(account.name)
        with console.database.write() as connection:
            audit.write(connection, clock, account.name, "signed_in")
        answer = to(request, "/account" if account.must_change else safe(form.get("next", "/")))
        answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
        return answer

    @router.post("/sign-out")
    def sign_out(request: Request, change: Annotated[Change, Depends(doors.change(settled=False))]) -> Response:
        console.sessions.close(change.seat.token)
        with console.database.write() as connection:
            audit.write(connection, clock, change.seat.account, "signed_out")
        return _left(request)

    @router.post("/sign-out-everywhere")
    def everywhere(request: Request, change: Annotated[Change, Depends(doors.change(settled=False))]) -> Response:
        console.sessions.close_all(change.seat.account)
        with console.database.write() as connection:
            audit.write(connection, clock, change.seat.account, "signed_out_all")
        return _left(request)

    return router


def _left(request: Request) -> Response:
    answer = to(request, "/sign-in")
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
