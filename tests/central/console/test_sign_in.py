"""Who comes in, who does not, and that nobody learns why."""

import re

import pytest
import sqlalchemy as sa

from sync.central import schema
from sync.central.console import attempts, audit, sessions
from sync.central.console.accounts import AccountError, Role
from sync.central.console.doors import COOKIE

from ..conftest import BOTH
from .conftest import PASSWORD, SECRET, Browser

pytestmark = BOTH


def deeds(database):
    return [(one.account, one.deed) for one in reversed(audit.read(database))]


def test_signing_in_and_out(browser, somebody, code, database):
    somebody("sari", Role.VIEWER, with_codes=False)
    assert "/console/sign-in" in str(browser.get("/account").url)
    browser.sign_in("sari")
    assert COOKIE in browser.cookies
    assert browser.get("/account").status_code == 200
    token = browser.cookies[COOKIE]
    with database.read() as connection:
        kept = [bytes(value) for value in connection.scalars(sa.select(schema.session.c.mark))]
    assert token.encode() not in kept
    browser.post("/sign-out")
    browser.cookies.set(COOKIE, token, domain="centre")
    assert "/console/sign-in" in str(browser.get("/account").url)
    assert deeds(database) == [("sari", "signed_in"), ("sari", "signed_out")]


def test_the_cookie_is_for_us_alone(browser, somebody):
    somebody("sari", Role.VIEWER, with_codes=False)
    answer = browser.post("/sign-in", name="sari", password=PASSWORD, follow=False)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert cookie.startswith("__Host-")


def test_every_failure_looks_the_same(browser, somebody, code, accounts):
    somebody("sari", Role.OPS)
    somebody("budi", Role.VIEWER)
    accounts.disable("budi")
    good = code()
    tries = [
        ("nobody", PASSWORD, good), ("sari", "wrong", good), ("sari", PASSWORD, ""), ("sari", PASSWORD, "000000"),
        ("budi", PASSWORD, good), ("", "", ""),
    ]  # fmt: skip
    answers = [browser.sign_in(*one) for one in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}) == 1
    assert browser.sign_in("sari", code=good).status_code == 200


def test_what_was_typed_wrongly_is_kept_nowhere(browser, database, log):
    browser.sign_in("hunter2secret", "alsosecret")
    with database.read() as connection:
        kept = str([connection.execute(sa.select(table)).all() for table in schema.metadata.tables.values()])
    assert "hunter2" not in kept + log.getvalue()
    assert deeds(database) == [("", "sign_in_failed")]


def test_a_code_is_taken_once(browser, somebody, code):
    somebody("sari", Role.OPS)
    once = code()
    assert browser.sign_in("sari", code=once).status_code == 200
    assert browser.sign_in("sari", code=once).status_code == 401
    assert browser.sign_in("sari", code=code()).status_code == 200


@pytest.mark.parametrize("name", ["sari", "nobody"])
def test_guessing_gets_slower_and_slower(browser, somebody, clock, database, name):
    somebody("sari", Role.VIEWER, with_codes=False)
    waits = []
    for _ in range(12):
        answer = browser.sign_in(name, "wrong")
        if answer.status_code == 429:
            waits.append(int(answer.headers["retry-after"]))
            clock.advance(waits[-1])
    assert waits == [2, 4, 8, 16]
    assert browser.sign_in("sari" if name == "nobody" else "other").status_code in (200, 401)  # others are not held up
    clock.advance(25 * 3600)
    assert attempts.forget(database, clock.wall_ms()) > 0


def test_many_addresses_do_not_help_against_one_account(app, somebody):
    somebody("sari", Role.VIEWER, with_codes=False)
    answers = []
    for number in range(8):
        browser = Browser(app)
        headers = {"x-forwarded-for": f"10.0.0.{number}"}
        form = {"name": "sari", "password": "wrong"}
        answers.append(browser.request("POST", "/sign-in", data=form, headers=headers).status_code)
    assert answers[-1] == 429


def test_sessions_end(signed_in, clock, database):
    browser = signed_in(Role.VIEWER)
    for _ in range(3):
        clock.advance(29 * 60)
        assert browser.get("/account", follow=False).status_code == 200
    for _ in range(2):  # a page that renews itself is nobody who works
        clock.advance(16 * 60)
        answer = browser.get("/account?live=1", follow=False)
    assert answer.status_code == 303
    clock.advance(13 * 3600)
    assert sessions.forget(database, clock.wall_ms()) == 1


def test_a_session_ends_after_half_a_day_of_work(signed_in, clock):
    browser = signed_in(Role.VIEWER)
    for _ in range(12 * 3 - 1):
        clock.advance(20 * 60)
        assert browser.get("/account", follow=False).status_code == 200
    clock.advance(20 * 60)
    assert browser.get("/account", follow=False).status_code == 303


def test_signing_out_everywhere(app, signed_in, somebody, code):
    first, second = signed_in(Role.OPS, "sari"), Browser(app)
    second.sign_in("sari", code=code())
    assert second.get("/account", follow=False).status_code == 200
    first.get("/account")
    first.post("/sign-out-everywhere")
    assert second.get("/account", follow=False).status_code == 303


def test_a_first_password_is_changed_before_anything_else(browser, accounts):
    first = accounts.add("sari", Role.VIEWER)
    assert str(browser.sign_in("sari", first).url).endswith("/account")
    assert str(browser.get("/").url).endswith("/account")
    wrong = [("wrong", PASSWORD, PASSWORD), (first, PASSWORD, "other"), (first, "short", "short")]
    wrong += [(first, "sari sari sari", "sari sari sari"), (first, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa")]
    for old, new, repeat in wrong:
        assert browser.post("/account/password", old=old, new=new, repeat=repeat).status_code == 422
        assert 'role="alert"' in browser.page.text
    old_token = browser.cookies[COOKIE]
    assert browser.post("/account/password", old=first, new=PASSWORD, repeat=PASSWORD).status_code == 200
    assert browser.cookies[COOKIE] != old_token
    assert not str(browser.get("/").url).endswith("/account")


def test_codes_are_set_up_on_the_page(browser, accounts, codes, clock, database):
    accounts.add("sari", Role.OPS)
    accounts.set_password("sari", PASSWORD)
    browser.sign_in("sari")
    browser.get("/account")
    assert browser.post("/account/codes", old="wrong").status_code == 422
    page = browser.post("/account/codes", old=PASSWORD).text
    assert "<svg" in page
    secret = codes.heard(re.search(r"<code>(\w+)</code>", page)[1])
    assert browser.post("/account/codes/confirm", code="000000").status_code == 422
    assert not accounts.find("sari").has_codes
    assert browser.post("/account/codes/confirm", code=codes.at(secret, clock.wall_ms())).status_code == 200
    assert accounts.find("sari").has_codes
    assert ("sari", "codes_set") in deeds(database)
    with database.read() as connection:
        assert secret not in bytes(connection.scalar(sa.select(schema.account.c.totp)))
    clock.advance(60)
    assert browser.post("/account/codes", old=PASSWORD, code="111111").status_code == 422  # the old ones guard the new


def test_forms_of_others_are_refused(browser, signed_in):
    signed_in(Role.VIEWER)
    browser.get("/account")
    assert browser.post("/sign-out", csrf="0" * 64).status_code == 403
    assert browser.post("/sign-out", csrf="").status_code == 403
    evil = {"headers": {"sec-fetch-site": "cross-site"}, "data": {"csrf": browser.token}}
    assert browser.request("POST", "/sign-out", **evil).status_code == 403
    assert (
        browser.request("POST", "/sign-in", headers={"origin": "https://evil"}, data={"name": "a"}).status_code == 403
    )
    assert browser.request("POST", "/sign-out", json={}).status_code == 415
    assert browser.request("POST", "/sign-out", data={"x": "y" * 70_000}).status_code == 413
    assert browser.get("/account", follow=False).status_code == 200


def test_nobody_is_led_away(browser, somebody):
    somebody("sari", Role.VIEWER, with_codes=False)
    for next in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = browser.post("/sign-in", name="sari", password=PASSWORD, next=next, follow=False)
        assert answer.headers["location"] == "/console/"
    answer = browser.post("/sign-in", name="sari", password=PASSWORD, next="/account", follow=False)
    assert answer.headers["location"] == "/console/account"


def test_every_answer_is_guarded(browser):
    for path in ("/sign-in", "/nothing", "/static/console.css", "/account"):
        headers = browser.get(path, headers={"x-forwarded-proto": "https"}).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "max-age" in headers["strict-transport-security"]
        assert path.startswith("/static") or headers["cache-control"] == "no-store"


def test_only_admins_read_the_audit(browser, signed_in, somebody):
    signed_in(Role.OPS)
    assert browser.get("/audit").status_code == 403
    assert browser.get("/audit.csv").status_code == 403
    assert "/console/audit" not in browser.get("/account").text


def test_the_audit_as_page_and_sheet(signed_in, database, clock):
    browser = signed_in(Role.ADMIN)
    with database.write() as connection:
        for number in range(120):
            audit.write(connection, clock, "sari", "user_role", user=f"u{number}", role="ops", kiosk="=1+1")
    first = browser.get("/audit?account=sari").text
    assert first.count("<tr>") == 101
    older = re.search(r"before=(\d+)", first)[1]
    assert browser.get(f"/audit?account=sari&before={older}").text.count("<tr>") == 21
    assert "'=1+1" in browser.get("/audit.csv?account=sari").text
    assert audit.read(database)[0].deed == "exported"


def test_both_languages(browser):
    assert 'lang="en"' in browser.get("/sign-in", headers={"accept-language": "en-GB,id;q=0.5"}).text
    assert 'lang="id"' in browser.get("/sign-in", headers={"accept-language": "fr"}).text
    assert "Sign in" in browser.post("/language", language="en", next="/sign-in").text
    assert browser.post("/language", language="xx").status_code == 400


def test_accounts(accounts, codes, clock):
    accounts.add("sari", Role.VIEWER)
    for wrong in ("Sari Dewi", "", "a", "x" * 40, "-a", "<b>"):
        with pytest.raises(AccountError, match=r"account\.name"):
            accounts.add(wrong, Role.VIEWER)
    with pytest.raises(AccountError, match="taken"):
        accounts.add("sari", Role.OPS)
    for deed in (accounts.reset, accounts.disable, accounts.new_codes):
        with pytest.raises(AccountError, match="none"):
            deed("nobody")
    accounts.set_role("sari", Role.ADMIN)
    assert accounts.find("sari").role is Role.ADMIN
    assert not accounts.take_code("sari", codes.at(SECRET, clock.wall_ms()))
    assert accounts.check("sari", "x" * 1_000_000, "") is None
