"""The API from outside: strict, and silent about what it was sent."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from kiosk.clock import StillClock
from kiosk.domain.errors import StoreError
from sync import wire
from sync.central.app import create_app
from sync.central.provisioning import add_kiosk

CANARY = "3372990101800001"


class Http:
    """Requests to an app in this process, one after the other."""

    def __init__(self, app: FastAPI) -> None:
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://centre") as client:
                return await client.request(method, path, **more)

        return asyncio.run(once())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


class BusyDatabase:
    @contextmanager
    def write(self):
        raise StoreError("central.busy")
        yield


class BrokenClock(StillClock):
    def wall_ms(self) -> int:
        raise ValueError(CANARY)


@pytest.fixture
def http(database, central_key, clock) -> Http:
    return Http(create_app(database, central_key, clock, spread_s=7))


def post(http: Http, body: bytes, **headers: str):
    sent = {"Content-Type": wire.BATCH_TYPE, wire.DIGEST_HEADER: wire.digest(body)} | headers
    return http.post(wire.PATH, content=body, headers={name: value for name, value in sent.items() if value})


def test_health(http):
    answer = http.get(wire.HEALTH_PATH)
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": 1}


def test_a_batch_is_answered_as_agreed(http, kiosk):
    body = wire.encode_batch(wire.Batch(kiosk.name, tuple((r.seq, r.to_bytes()) for r in kiosk.many(2))))
    answer = post(http, body)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == wire.ANSWER_TYPE
    assert wire.is_whole(answer.content, answer.headers[wire.DIGEST_HEADER])
    judged = (wire.Judged(1, wire.Verdict.ACCEPTED), wire.Judged(2, wire.Verdict.ACCEPTED))
    assert wire.decode_answer(answer.content) == wire.Answer(judged, 7)


def test_an_unknown_kiosk_is_told_so(http):
    answer = post(http, wire.encode_batch(wire.Batch("nobody", ())))
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
        (b"x", {wire.DIGEST_HEADER: wire.digest(b"y")}, 400, "digest"),
        (b"x", {wire.DIGEST_HEADER: ""}, 400, "digest"),
        (b"x" * (wire.BODY_LIMIT + 1), {}, 413, "too_large"),
    ],
)
def test_what_is_not_a_batch_is_refused(http, body, headers, status, cause):
    answer = post(http, body, **headers)
    assert (answer.status_code, answer.json()) == (status, {"cause": cause})


def test_a_body_without_a_length_is_cut_off_at_the_limit(http):
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(640):
            taken += 1
            yield b"x" * 262_144

    answer = http.post(wire.PATH, content=endless(), headers={"Content-Type": wire.BATCH_TYPE})
    assert (answer.status_code, answer.json()) == (413, {"cause": "too_large"})
    assert taken <= wire.BODY_LIMIT // 262_144 + 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(http, method):
    answer = http.request(method, wire.PATH)
    assert (answer.status_code, answer.json()) == (405, {"cause": "method"})


def test_other_places_do_not_exist(http):
    answer = http.get(f"/v1/{CANARY}?name={CANARY}")
    assert (answer.status_code, answer.json()) == (404, {"cause": "not_found"})


def test_provisioning(http, database, central_key):
    form = {"code": add_kiosk(database, "pasar-contoh-9"), "public_key": base64.b64encode(b"k" * 32).decode()}
    expected = base64.b64encode(central_key.public_key().public_bytes_raw()).decode()
    for _ in range(2):
        answer = http.post(wire.PROVISION_PATH, json=form)
        assert (answer.status_code, answer.json()) == (200, {"kiosk": "pasar-contoh-9", "central_key": expected})
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
        (json.dumps({"code": CANARY, "public_key": "AAAA"}).encode(), 422),
        (json.dumps({"code": CANARY, "public_key": "\ud800"}).encode(), 422),
        (json.dumps({"code": 1, "public_key": "AAAA"}).encode(), 422),
        (json.dumps({"code": "", "public_key": base64.b64encode(bytes(32)).decode()}).encode(), 422),
        (json.dumps({"code": "\ud800", "public_key": base64.b64encode(bytes(32)).decode()}).encode(), 403),
        (json.dumps({"code": CANARY, "public_key": "A", "more": 1}).encode(), 422),
        (b" " * 5000, 413),
    ],
)
def test_what_is_not_a_provisioning_form_is_refused(http, body, status):
    answer = http.post(wire.PROVISION_PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert set(answer.json()) == {"cause"}


def test_guessing_codes_is_slowed_down(http):
    form = {"code": "0000-0000-0000", "public_key": base64.b64encode(bytes(32)).decode()}
    statuses = [http.post(wire.PROVISION_PATH, json=form).status_code for _ in range(12)]
    assert statuses == [403] * 10 + [429] * 2
    assert int(http.post(wire.PROVISION_PATH, json=form).headers["retry-after"]) > 0


def test_a_database_in_trouble_means_later(kiosk, central_key, clock, log):
    http = Http(create_app(BusyDatabase(), central_key, clock))
    answer = post(http, wire.encode_batch(wire.Batch(kiosk.name, ())))
    assert (answer.status_code, answer.json()) == (503, {"cause": "database"})
    assert int(answer.headers["retry-after"]) > 0
    assert "central.busy" in log.getvalue()


def test_a_bug_says_nothing_of_what_it_worked_on(kiosk, database, central_key, log):
    http = Http(create_app(database, central_key, BrokenClock()))
    record = kiosk.next()
    answer = post(http, wire.encode_batch(wire.Batch(kiosk.name, ((1, record.to_bytes()),))))
    assert (answer.status_code, answer.json()) == (500, {"cause": "server_error"})
    assert "request.crashed" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_no_answer_and_no_log_line_repeats_anything(http, kiosk, database, log):
    batch = wire.encode_batch(wire.Batch("x" + CANARY, ((1, CANARY.encode()),)))
    known = wire.encode_batch(wire.Batch(kiosk.name, ((1, CANARY.encode()),)))
    answers = [
        post(http, CANARY.encode()),
        post(http, batch),
        post(http, known),
        post(http, batch, **{"Content-Type": f"text/{CANARY}"}),
        http.get(f"/{CANARY}"),
        http.post(wire.PROVISION_PATH, json={"code": CANARY, "public_key": CANARY}),
        http.post(wire.PROVISION_PATH, json={"code": CANARY, "public_key": base64.b64encode(bytes(32)).decode()}),
        http.post(wire.PROVISION_PATH, json={CANARY: CANARY}),
    ]
    for answer in answers:
        assert CANARY not in answer.text
        assert CANARY not in str(answer.headers)
    assert log.getvalue()
    assert CANARY not in log.getvalue()
