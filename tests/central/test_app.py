"""The API from outside: strict, and silent about what it was sent."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import closing, contextmanager

import pytest

from kiosk.clock import StillClock
from kiosk.domain.errors import StoreError
from sync import wire
from sync.central.app import create_app
from sync.central.database import Database
from sync.central.keys import public_bytes
from sync.central.provisioning import add_kiosk, provision
from sync.token import Token

from .conftest import ANSWER_KEY, NUMBER_KEY, Http, Kiosk

CANARY = "3372990101800001"
KEY = base64.b64encode(bytes(32)).decode()
FORM = {"code": CANARY, "public_key": KEY, "number_key": KEY}


class BusyDatabase:
    @contextmanager
    def glance(self):
        raise StoreError("central.busy")
        yield


class BrokenClock(StillClock):
    def wall_ms(self) -> int:
        raise ValueError(CANARY)


def post(http: Http, kiosk, body: bytes, **headers: str):
    token = Token.made(kiosk.name, 1, body, kiosk.key)
    sent = {"Content-Type": wire.REQUEST_TYPE, "Authorization": token.header()} | headers
    return http.post(wire.PATH, content=body, headers={name: value for name, value in sent.items() if value})


def test_health(http):
    answer = http.get(wire.HEALTH_PATH)
    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "version", "at_ms"}
    assert (answer.json()["status"], answer.json()["version"]) == ("ok", 2)


def test_a_request_is_answered_as_agreed(http, kiosk, answer_key, clock):
    request = kiosk.request(*kiosk.many(2))
    answer = post(http, kiosk, wire.encode_request(request))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == wire.ANSWER_TYPE
    read = wire.open_answer(answer.content, public_bytes(answer_key))
    assert (read.kiosk, read.at_ms, read.spread_s) == (kiosk.name, clock.wall_ms(), 7)
    assert read.verdicts == (wire.Judged(1, 2, wire.Verdict.ACCEPTED),)
    assert read.root == wire.root_of(one.hash for one in request.records)


def test_an_unknown_kiosk_is_told_so(http, kiosk):
    nobody = type(kiosk)("nobody", seed=4)
    answer = post(http, nobody, wire.encode_request(nobody.request()))
    assert (answer.status_code, answer.json()) == (403, {"cause": "kiosk_unknown"})


@pytest.mark.parametrize(
    ("body", "headers", "status", "cause"),
    [
        (b"{}", {"Content-Type": "application/json"}, 415, "content_type"),
        (b"", {"Content-Type": ""}, 415, "content_type"),
        (b"x", {"Content-Encoding": "gzip"}, 415, "content_encoding"),
        (b"\xa0", {}, 400, "not_understood"),
        (b"", {}, 400, "not_understood"),
        (CANARY.encode(), {}, 400, "not_understood"),
        (b"x", {"Authorization": ""}, 401, "token"),
        (b"x", {"Authorization": f"Kiosk {CANARY}"}, 401, "token"),
        (b"x" * (wire.BODY_LIMIT + 1), {}, 413, "too_large"),
    ],
)
def test_what_is_not_a_request_is_refused(http, kiosk, body, headers, status, cause):
    answer = post(http, kiosk, body, **headers)
    assert (answer.status_code, answer.json()) == (status, {"cause": cause})


def test_a_token_of_another_body_or_kiosk_is_refused(http, kiosk):
    body = wire.encode_request(kiosk.request(kiosk.next()))
    other = Token.made(kiosk.name, 1, body + b"x", kiosk.key).header()
    assert post(http, kiosk, body, Authorization=other).json() == {"cause": "digest"}
    stranger = type(kiosk)(kiosk.name, seed=9)
    forged = Token.made(kiosk.name, 1, body, stranger.key).header()
    assert post(http, kiosk, body, Authorization=forged).json() == {"cause": "token"}
    foreign = wire.encode_request(type(kiosk)("pasar-contoh-2").request())
    assert post(http, kiosk, foreign).json() == {"cause": "token"}


def test_a_body_without_a_length_is_cut_off_at_the_limit(http, kiosk):
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(640):
            taken += 1
            yield b"x" * 262_144

    headers = {"Content-Type": wire.REQUEST_TYPE, "Authorization": Token.made(kiosk.name, 1, b"", kiosk.key).header()}
    answer = http.post(wire.PATH, content=endless(), headers=headers)
    assert (answer.status_code, answer.json()) == (413, {"cause": "too_large"})
    assert taken <= wire.BODY_LIMIT // 262_144 + 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(http, method):
    answer = http.request(method, wire.PATH)
    assert (answer.status_code, answer.json()) == (405, {"cause": "method"})


def test_other_places_do_not_exist(http):
    answer = http.get(f"/v2/{CANARY}?name={CANARY}")
    assert (answer.status_code, answer.json()) == (404, {"cause": "not_found"})


def test_provisioning(http, database, central_key, answer_key):
    form = FORM | {"code": add_kiosk(database, "pasar-contoh-9"), "public_key": base64.b64encode(b"k" * 32).decode()}
    keys = {"central_key": central_key, "answer_key": answer_key}
    expected = {name: base64.b64encode(public_bytes(key)).decode() for name, key in keys.items()}
    for _ in range(2):
        answer = http.post(wire.PROVISION_PATH, json=form)
        assert (answer.status_code, answer.json()) == (200, {"kiosk": "pasar-contoh-9"} | expected)
    form["public_key"] = base64.b64encode(b"o" * 32).decode()
    answer = http.post(wire.PROVISION_PATH, json=form)
    assert (answer.status_code, answer.json()) == (403, {"cause": "code_used"})


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 4000, 400),
        (b"[]", 422),
        (b"{}", 422),
        (json.dumps(FORM | {"public_key": "AAAA"}).encode(), 422),
        (json.dumps(FORM | {"number_key": "AAAA"}).encode(), 422),
        (json.dumps(FORM | {"public_key": "\ud800"}).encode(), 422),
        (json.dumps(FORM | {"code": 1}).encode(), 422),
        (json.dumps(FORM | {"code": ""}).encode(), 422),
        (json.dumps(FORM | {"code": "\ud800"}).encode(), 403),
        (json.dumps(FORM | {"more": 1}).encode(), 422),
        (b" " * 5000, 413),
    ],
)
def test_what_is_not_a_provisioning_form_is_refused(http, body, status):
    answer = http.post(wire.PROVISION_PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"cause"}


def test_guessing_codes_is_slowed_down(http):
    form = FORM | {"code": "0000-0000-0000"}
    statuses = [http.post(wire.PROVISION_PATH, json=form).status_code for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2
    assert int(http.post(wire.PROVISION_PATH, json=form).headers["retry-after"]) > 0


def test_a_database_in_trouble_means_later(kiosk, central_key, answer_key, clock, log):
    http = Http(create_app(BusyDatabase(), public_bytes(central_key), answer_key, clock))
    answer = post(http, kiosk, wire.encode_request(kiosk.request()))
    assert (answer.status_code, answer.json()) == (503, {"cause": "database"})
    assert int(answer.headers["retry-after"]) > 0
    assert "central.busy" in log.getvalue()


def test_a_database_that_was_away_is_there_again_by_itself(emptied, postgresql, tmp_path, clock):
    """Every connection of the pool is cut at once, as by a restart of the server."""
    with closing(Database.open(tmp_path, emptied)) as database:
        kiosk = Kiosk("pasar-contoh-1")
        provision(database, add_kiosk(database, kiosk.name), kiosk.public_key, NUMBER_KEY, clock)
        http = Http(create_app(database, NUMBER_KEY, ANSWER_KEY, clock))
        send = lambda: post(http, kiosk, wire.encode_request(kiosk.request(kiosk.next()))).status_code  # noqa: E731
        assert send() == 200
        postgresql.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'centre'")
        assert [send(), send(), send()] == [503, 200, 200]


def test_a_bug_says_nothing_of_what_it_worked_on(kiosk, database, central_key, answer_key, log):
    http = Http(create_app(database, public_bytes(central_key), answer_key, BrokenClock()))
    answer = post(http, kiosk, wire.encode_request(kiosk.request(kiosk.next())))
    assert (answer.status_code, answer.json()) == (500, {"cause": "server_error"})
    assert "request.crashed" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_no_answer_and_no_log_line_repeats_anything(http, kiosk, log):
    stranger = type(kiosk)("x" + CANARY)
    bent = kiosk.record(1, bytes(32), plain=CANARY.encode())
    answers = [
        post(http, kiosk, CANARY.encode()),
        post(http, stranger, wire.encode_request(stranger.request())),
        post(http, kiosk, wire.encode_request(kiosk.request(bent))),
        post(http, kiosk, b"x", **{"Content-Type": f"text/{CANARY}"}),
        http.get(f"/{CANARY}"),
        http.post(wire.PROVISION_PATH, json=FORM),
        http.post(wire.PROVISION_PATH, json=FORM | {"public_key": CANARY}),
        http.post(wire.PROVISION_PATH, json={CANARY: CANARY}),
    ]
    for answer in answers:
        assert CANARY not in answer.text
        assert CANARY not in str(answer.headers)
    assert log.getvalue()
    assert CANARY not in log.getvalue()
