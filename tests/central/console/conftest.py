"""A console in memory of the test run, and somebody who sits before it as a browser would: cookies, forms, tokens."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from kiosk.clock import StillClock
from sync.central.app import create_app
from sync.central.console.accounts import Accounts, Role
from sync.central.console.app import create_console
from sync.central.console.codes import Codes
from sync.central.console.standing import Limits
from sync.central.database import Database

from ..conftest import ANSWER_KEY, CENTRAL_KEY

CONSOLE_KEY = bytes(range(128, 160))
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
PASSWORD = "pasar gede jam tujuh"
SECRET = bytes(range(20))
LIMITS = Limits(silent_ms=3 * 86_400_000)
ZONE = ZoneInfo("Asia/Jakarta")


class Browser:
    """Keeps cookies, follows to where it is sent, and fills in the token that stands in every form."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.cookies = httpx.Cookies()
        self.page = httpx.Response(200)

    def request(self, method: str, path: str, *, follow: bool = True, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="https://centre", cookies=self.cookies, follow_redirects=follow
            ) as client:
                answer = await client.request(method, f"/console{path}", **more)
                self.cookies = client.cookies
                return answer

        self.page = asyncio.run(once())
        return self.page

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, *, csrf: str | None = None, follow: bool = True, **fields: str) -> httpx.Response:
        found = re.search(r'name="csrf" value="(\w+)"', self.page.text) if self.page.is_success else None
        token = csrf if csrf is not None else found[1] if found else getattr(self, "token", "")
        self.token = token
        return self.request("POST", path, data={"csrf": token} | fields, follow=follow)

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
        return self.post("/sign-in", name=name, password=password, code=code)


@pytest.fixture
def codes() -> Codes:
    return Codes(CONSOLE_KEY)


@pytest.fixture
def accounts(database: Database, codes: Codes, clock: StillClock) -> Accounts:
    return Accounts(database, codes, clock, CHEAP)


@pytest.fixture
def app(database: Database, clock: StillClock) -> FastAPI:
    public_key = CENTRAL_KEY.public_key().public_bytes_raw()
    console = create_console(database, CONSOLE_KEY, clock, ZONE, LIMITS, ANSWER_KEY, public_key, CHEAP)
    return create_app(database, public_key, ANSWER_KEY, clock, console=console)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


@pytest.fixture
def code(codes: Codes, clock: StillClock) -> Callable[[], str]:
    """The next one-time code: half a minute passes, because none is taken twice."""

    def code() -> str:
        clock.advance(30)
        return codes.at(SECRET, clock.wall_ms())

    return code


@pytest.fixture
def somebody(accounts: Accounts) -> Callable[..., str]:
    """Makes an account that is ready to work."""

    def somebody(name: str, role: Role, *, with_codes: bool = True) -> str:
        accounts.add(name, role)
        accounts.set_password(name, PASSWORD)
        if with_codes:
            accounts.set_codes(name, SECRET)
        return name

    return somebody


@pytest.fixture
def signed_in(browser: Browser, somebody: Callable[..., str], code: Callable[[], str]) -> Callable[..., Browser]:
    def signed_in(role: Role, name: str = "") -> Browser:
        name = name or f"a-{role}"
        somebody(name, role)
        assert browser.sign_in(name, code=code()).status_code == 200
        return browser

    return signed_in
