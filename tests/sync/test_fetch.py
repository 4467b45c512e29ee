"""Master data come in pieces from the real centre, are checked, and put in use whole; what is cut off goes on."""

import dataclasses
import subprocess
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import tables, words
from kiosk.domain.errors import CarriageError
from kiosk.resources import CONFIG
from sync import bundle
from sync.client import SendFailed
from sync.fetch import PIECE, fetch


def publish(centre, folder) -> None:
    command = [sys.executable, "-m", "sync.central", "publish", str(folder), "--home", str(centre.home)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


@pytest.fixture
def published(kiosk_of_its_own, tmp_path):
    """A market more, and a text of the centre's own."""
    kiosk, centre = kiosk_of_its_own
    folder = tmp_path / "induk"
    folder.mkdir()
    markets = (CONFIG / "markets.csv").read_text(encoding="utf-8")
    (folder / "markets.csv").write_text(
        markets + "Pasar Uji Baru,Kota Surakarta,,umum,tinggi,contoh\n", encoding="utf-8"
    )
    publish(centre, folder)
    kiosk.carrier(kiosk.client()).round(beat=True)  # the answer tells of it
    yield kiosk, centre, folder
    tables.prefer(None)


class Counting:
    """A client that counts, and hangs up when it is told to."""

    def __init__(self, client, after: int = 10**9) -> None:
        self.ranges, self._client, self._after = [], client, after

    def get(self, path, **headers):
        if len(self.ranges) >= self._after:
            raise SendFailed("offline")
        self.ranges.append(headers["Range"])
        return self._client.get(path, **headers)


def test_what_is_published_is_fetched_and_used(published):
    kiosk, _, _ = published
    client = Counting(kiosk.client())
    assert kiosk.store.master.version == 0
    assert fetch(client, kiosk.store, kiosk.identity)
    assert kiosk.store.master.version == 1
    assert len(client.ranges) > 2, "in pieces"
    assert client.ranges[1].startswith(f"bytes={PIECE}-")
    assert "Pasar Uji Baru" not in tables.markets()
    tables.prefer(kiosk.store.master.folder)
    assert "Pasar Uji Baru" in tables.markets()
    assert not fetch(client, kiosk.store, kiosk.identity), "nothing new"
    assert kiosk.store.journal.rounds(1)[0].kind == "master"


def test_what_was_cut_off_goes_on_where_it_was(published):
    kiosk, _, _ = published
    with pytest.raises(SendFailed):
        fetch(Counting(kiosk.client(), after=2), kiosk.store, kiosk.identity)
    assert kiosk.store.master.version == 0
    client = Counting(kiosk.client())
    assert fetch(client, kiosk.store, kiosk.identity)
    assert client.ranges[0].startswith(f"bytes={2 * PIECE}-")
    assert not list(kiosk.home.glob("master/incoming*"))


def test_a_newer_version_meanwhile_is_begun_anew(published):
    kiosk, centre, folder = published
    with pytest.raises(SendFailed):
        fetch(Counting(kiosk.client(), after=2), kiosk.store, kiosk.identity)
    markets = folder / "markets.csv"
    markets.write_text(markets.read_text(encoding="utf-8").replace("Uji Baru", "Uji Kedua"), encoding="utf-8")
    publish(centre, folder)
    assert fetch(kiosk.client(), kiosk.store, kiosk.identity)
    assert kiosk.store.master.version == 2, "half of one and half of another is no file"
    tables.prefer(kiosk.store.master.folder)
    assert "Pasar Uji Kedua" in tables.markets()


def test_what_the_centre_has_not_signed_is_never_used(published):
    kiosk, _, _ = published
    stranger = dataclasses.replace(
        kiosk.identity, answer_public_key=Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    )
    with pytest.raises(CarriageError, match=r"sync\.master"):
        fetch(kiosk.client(), kiosk.store, stranger)
    assert kiosk.store.master.version == 0
    assert fetch(kiosk.client(), kiosk.store, kiosk.identity), "the broken copy does not stand in the way"


def test_nothing_is_published(kiosk_of_its_own):
    kiosk, _ = kiosk_of_its_own
    client = Counting(kiosk.client())
    assert not fetch(client, kiosk.store, kiosk.identity)
    assert client.ranges == [], "the answers tell when there is something"


def test_tables_that_this_version_cannot_read_change_nothing(kiosk):
    kiosk.store.master.use(7, {"tariff.csv": b"nonsense\n1\n"})
    tables.prefer(kiosk.store.master.folder)
    assert tables.markets()
    assert tables.tariff()
    tables.prefer(None)


def test_texts_stand_in_for_the_shipped_ones_only_with_the_same_facts(kiosk):
    po = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    po += 'msgid "sync.never"\nmsgstr "belum"\n\nmsgid "sync.room"\nmsgstr "tanpa angka"\n'
    kiosk.store.master.use(3, {"words/id.po": po.encode()})
    chosen = words.load("id", over=kiosk.store.master.folder / "words")
    assert chosen("sync.never") == "belum"
    assert "{count}" in chosen("sync.room")
    assert chosen.ids == words.load("id").ids


def test_only_the_version_in_use_and_the_one_before_stay(kiosk):
    for version in (1, 2, 3):
        kiosk.store.master.use(version, {"markets.csv": b"name\n"})
    assert kiosk.store.master.version == 3
    assert sorted(path.name for path in (kiosk.home / "master").iterdir()) == ["2", "3", "current"]


def test_a_bundle_has_no_way_out_of_its_folder():
    key = Ed25519PrivateKey.generate()
    for name in ("../x", "/etc/x", "words/../../x", "a/b"):
        with pytest.raises(ValueError, match="name"):
            bundle.sealed(bundle.Bundle(1, 1, {name: b""}), key)
