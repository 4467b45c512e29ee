"""A file of the branch: good rows count once, bad rows are named by line and reason, and never repeated."""

import pytest

from kiosk.domain.enrolment import code_of
from kiosk.domain.errors import SettingsError
from sync.central import outcomes
from sync.central.decisions import Wrong, decide

from .conftest import BOTH, CENTRAL_KEY, PEOPLE_KEY


@pytest.fixture
def codes(send, kiosk, worker) -> list[str]:
    """Of three enrolments that the worker has looked at."""
    send(*kiosk.many(3))
    worker.step()
    return [code_of(record.id) for record in kiosk.chain]


@pytest.fixture
def file(tmp_path):
    def file(text: str, encoding: str = "utf-8"):
        path = tmp_path / "decided.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return file


@BOTH
def test_good_rows_count_and_count_once(database, codes, file, clock, kiosk, send):
    one, two, three = codes
    path = file(f"code,state,cause,number\n{one},accepted,,12345678901\n{two},refused,phone,\n{three},member,,\n")
    done = decide(database, path, PEOPLE_KEY, clock)
    assert (done.new, done.known, done.wrong) == (3, 0, ())
    done = decide(database, path, PEOPLE_KEY, clock)
    assert (done.new, done.known, done.wrong) == (0, 3, ())
    assert [(told.state, told.cause, bool(told.number)) for told in send().outcomes] == [
        ("accepted", "", True),
        ("refused", "phone", False),
        ("member", "", False),
    ]


@BOTH
def test_a_changed_number_is_told_again(database, codes, file, clock, kiosk, send):
    for number in ("12345678901", "12345678902"):
        decide(database, file(f"code,state,number\n{codes[0]},accepted,{number}\n"), PEOPLE_KEY, clock)
    assert len(send().outcomes) == 2
    with database.read() as connection:
        (held,) = outcomes.newest(connection, kiosk.name, [kiosk.chain[0].id]).values()
    assert held.state == "accepted"
    assert b"1234567890" not in held.number_mark


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffcode;state;cause;number\r\n{code};ACCEPTED;;12345678901\r\n",
        " State , Code \n accepted , {lower} \n",
        'code,state\n"{code}",member\n',
    ],
    ids=["a sheet's semicolons", "other order and case", "quotes"],
)
def test_files_as_sheets_write_them(database, codes, file, clock, text):
    lower = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    done = decide(database, file(text.format(code=codes[0], lower=lower)), PEOPLE_KEY, clock)
    assert (done.new, done.wrong) == (1, ())


def test_each_wrong_row_is_named_and_the_others_count(database, codes, file, clock):
    one, two, three = codes
    rows = [
        f"{one},accepted,,12345678901,",
        f"{one[:-1]}{'Z' if one[-1] != 'Z' else 'Y'},accepted,,,",
        f"{two},fine,,,",
        f"{two},refused,,,",
        f"{two},accepted,phone,,",
        f"{two},refused,Nama Salah,,",
        f"{two},accepted,,123,",
        f"{two},refused,phone,12345678901,",
        f"{two},accepted,,,no-id",
        f"{two},accepted",
        f"{one},member,,,",
        "0000-0000-0,accepted,,,",
        f"{three},refused,phone,,",
    ]
    done = decide(database, file("code,state,cause,number,id\n" + "\n".join(rows)), PEOPLE_KEY, clock)
    reasons = ["code", "state", "cause", "cause", "cause", "number", "number", "id", "columns", "twice", "unknown"]
    assert done.wrong == tuple(Wrong(line, reason) for line, reason in enumerate(reasons, start=3))
    assert done.new == 2


def test_what_the_worker_has_not_seen_cannot_be_decided(database, send, kiosk, file, clock):
    send(kiosk.next())
    done = decide(database, file(f"code,state\n{code_of(kiosk.chain[0].id)},accepted\n"), PEOPLE_KEY, clock)
    assert done.wrong == (Wrong(2, "unknown"),)


def test_what_could_not_be_opened_cannot_be_decided(database, send, kiosk, worker, file, clock):
    send(kiosk.reseal(kiosk.next(), b"no form", CENTRAL_KEY))
    worker.step()
    done = decide(database, file(f"code,state\n{code_of(kiosk.chain[0].id)},accepted\n"), PEOPLE_KEY, clock)
    assert done.wrong == (Wrong(2, "unreadable"),)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "columns"),
        ("code\n", "columns"),
        ("code,state,nik\n", "columns"),
        ("code,state,state\n", "columns"),
        ('code,state\n"7K3M', "unreadable"),
        ("code,state\n\xe9,accepted\n", "unreadable"),
    ],
)
def test_a_file_that_is_none_is_one_error(database, file, clock, text, error):
    with pytest.raises(SettingsError, match=error):
        decide(database, file(text, "latin-1"), PEOPLE_KEY, clock)


def test_a_file_that_is_not_there(database, tmp_path, clock):
    with pytest.raises(SettingsError, match=r"file\.missing"):
        decide(database, tmp_path / "none.csv", PEOPLE_KEY, clock)
