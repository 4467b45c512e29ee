"""Master data: checked before they are signed, offered in pieces, and never one half of each of two versions."""

import random

import pytest

from kiosk import tables
from kiosk.domain.errors import SettingsError
from kiosk.resources import CONFIG
from sync import bundle, wire
from sync.central import fleet, mastering
from sync.token import Token

from .conftest import ANSWER_KEY, BOTH

PUBLIC = ANSWER_KEY.public_key().public_bytes_raw()


@pytest.fixture
def publish(database, clock, rules):
    def publish(folder=None) -> tuple[int, bool]:
        return mastering.publish(database, mastering.read(folder, rules.today), ANSWER_KEY, clock)

    return publish


@pytest.fixture
def folder(tmp_path):
    """A tariff of its own, dearer by one rupiah."""
    folder = tmp_path / "master"
    folder.mkdir()
    text = (CONFIG / "tariff.csv").read_text(encoding="utf-8")
    (folder / "tariff.csv").write_text(text.replace(",6800,", ",6801,"), encoding="utf-8")
    return folder


def ask(http, kiosk, **headers: str):
    token = Token.made(kiosk.name, 1, b"", kiosk.key).header()
    return http.get(wire.MASTER_PATH, **{"Authorization": token} | headers)


@BOTH
def test_a_version_holds_all_tables_and_texts(publish, folder, http, kiosk, send, tmp_path, rules):
    assert send().master == 0
    assert publish(folder) == (1, True)
    assert send().master == 1
    opened = bundle.opened(ask(http, kiosk).content, PUBLIC)
    assert opened.version == 1
    assert set(opened.files) == {*mastering.TABLES, *mastering.TEXTS}
    for name, content in opened.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert tables.rules(rules.today, tmp_path).tariff.bands(mastering_month(rules))[0].contribution["jkm"] == 6801


def mastering_month(rules):
    from kiosk.domain.tariff import Month

    return Month.of(rules.today)


@BOTH
def test_the_same_files_stay_the_same_version(publish, folder):
    assert [publish(), publish(), publish(folder), publish(folder), publish()] == [
        (1, True), (1, False), (2, True), (2, False), (3, True),
    ]  # fmt: skip


def test_a_piece_continues_where_the_line_was_cut(publish, http, kiosk):
    publish()
    whole = ask(http, kiosk)
    tag, size = whole.headers["etag"], len(whole.content)
    got, rng = b"", random.Random(5)
    while len(got) < size:
        answer = ask(http, kiosk, Range=f"bytes={len(got)}-", **{"If-Range": tag})
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {len(got)}-{size - 1}/{size}"
        got += answer.content[: rng.randrange(1, size // 3)]
    assert got == whole.content


def test_a_range_of_another_version_gives_the_whole(publish, folder, http, kiosk):
    publish()
    tag = ask(http, kiosk).headers["etag"]
    publish(folder)
    answer = ask(http, kiosk, Range="bytes=100-", **{"If-Range": tag})
    assert answer.status_code == 200
    assert bundle.opened(answer.content, PUBLIC).version == 2


@pytest.mark.parametrize("asked", ["bytes=-5", "bytes=5-1,7-9", "lines=1-2", "bytes=x", "bytes=5-4", ""])
def test_a_range_that_means_nothing_gives_the_whole_or_416(publish, http, kiosk, asked):
    publish()
    whole = ask(http, kiosk)
    answer = ask(http, kiosk, Range=asked, **{"If-Range": whole.headers["etag"]})
    assert answer.status_code == (416 if asked == "bytes=5-4" else 200)
    beyond = ask(http, kiosk, Range="bytes=99999999-", **{"If-Range": whole.headers["etag"]})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")


def test_a_known_version_is_not_sent_again(publish, http, kiosk):
    publish()
    answer = ask(http, kiosk, **{"If-None-Match": ask(http, kiosk).headers["etag"]})
    assert (answer.status_code, answer.content) == (304, b"")


def test_only_kiosks_get_them(publish, http, kiosk, database, clock):
    assert ask(http, kiosk).json() == {"cause": "no_master"}
    publish()
    assert http.get(wire.MASTER_PATH).status_code == 401
    assert ask(http, type(kiosk)("nobody")).json() == {"cause": "kiosk_unknown"}
    token = Token.made(kiosk.name, 1, b"another body", kiosk.key).header()
    assert http.get(wire.MASTER_PATH, Authorization=token).json() == {"cause": "digest"}
    fleet.revoke(database, kiosk.name, clock.wall_ms())
    assert ask(http, kiosk).json() == {"cause": "kiosk_revoked"}


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("tariff.csv", "valid_from,valid_until\n2015-07-01,x\n", r"table\.row"),
        ("eligibility.csv", "rule,value,valid_from,valid_until,regulation\n", r"table\.rule"),
        ("notes.txt", "x", r"central\.not_master"),
        ("words/id.po", 'msgid "central.code"\nmsgstr "{kios}"\n', r"central\.text"),
        ("words/id.po", 'msgid "x\n', r"words\.broken"),
        ("words/fr.po", "", r"central\.not_master"),
    ],
)
def test_what_a_kiosk_could_not_use_is_never_signed(publish, tmp_path, database, name, content, error):
    path = tmp_path / "master" / name
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=error):
        publish(tmp_path / "master")
    with database.read() as connection:
        assert mastering.newest(connection) is None


@pytest.mark.parametrize("place", [0, 20, 100, -1])
def test_a_bent_bundle_opens_nowhere(place):
    raw = bytearray(bundle.sealed(bundle.Bundle(1, 5, {"tariff.csv": b"x" * 1000}), ANSWER_KEY))
    raw[place] ^= 1
    with pytest.raises(wire.WireError):
        bundle.opened(bytes(raw), PUBLIC)


@pytest.mark.parametrize("name", ["../x", "/etc/x", "words/../x", "a/b", "words/", "", ".x", "x" * 99, "words\\x"])
def test_no_file_gets_out_of_its_folder(name):
    with pytest.raises(wire.WireError, match="name"):
        bundle.sealed(bundle.Bundle(1, 5, {name: b""}), ANSWER_KEY)
