"""The document describes what the API does: schemathesis tries to find an answer that it does not name."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kiosk.clock import StillClock
from sync import wire
from sync.central import openapi
from sync.central.app import create_app
from sync.central.database import Database
from sync.central.migrations import migrate
from sync.central.provisioning import add_kiosk, provision
from sync.token import Token

from .conftest import ANSWER_KEY, CENTRAL_KEY, NUMBER_KEY, Kiosk

CASES = 60  # for each path; the large number is for scripts
QUICKLY = settings(
    max_examples=CASES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
UNSAID = [positive_data_acceptance]  # "binary" is all that the document can say of a body; most bytes are no request
KIOSK = Kiosk("pasar-contoh-1")


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    database, clock = Database.open(tmp_path_factory.mktemp("centre")), StillClock()
    migrate(database, clock)
    provision(database, add_kiosk(database, KIOSK.name), KIOSK.public_key, NUMBER_KEY, clock)
    yield create_app(database, CENTRAL_KEY.public_key().public_bytes_raw(), ANSWER_KEY, clock)
    database.close()


def raw(body: object) -> bytes:
    """Of what schemathesis makes for a binary body."""
    data = getattr(body, "data", body)
    return data if isinstance(data, bytes) else str(data).encode()


@schemathesis.serializer(wire.REQUEST_TYPE)
def as_it_is(_, body: object) -> bytes:
    return raw(body)


def check(app, path: str, method: str, token: bool = False) -> None:
    """Many made-up requests to one operation. With `token` a known kiosk signs each, so that its body is looked at."""
    operation = schemathesis.openapi.from_asgi("/openapi.json", app)[path][method]

    @QUICKLY
    @given(operation.as_strategy())
    def every(case: schemathesis.Case) -> None:
        body = raw(case.body) if path == wire.PATH else b""
        headers = {"Authorization": Token.made(KIOSK.name, 1, body, KIOSK.key).header()} if token else None
        case.call_and_validate(headers=headers, excluded_checks=UNSAID if token else [])

    every()


@pytest.mark.parametrize("path", openapi.document()["paths"])
def test_every_answer_is_one_that_the_document_names(app, path):
    for method in openapi.document()["paths"][path]:
        check(app, path, method.upper())


@pytest.mark.parametrize(("path", "method"), [(wire.PATH, "POST"), (wire.MASTER_PATH, "GET")])
def test_whatever_a_known_kiosk_signs_is_answered_as_named(app, path, method):
    check(app, path, method, token=True)


def test_every_path_of_the_app_is_in_the_document(app):
    paths = {route.path for route in app.routes} - {"/openapi.json"}
    assert paths == set(openapi.document()["paths"])
