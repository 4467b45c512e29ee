"""The journey without a screen: one visit from TOML, many from a list, each wrong row named with its line."""

import io
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kiosk import form
from kiosk.bootstrap import Kiosk
from kiosk.commands import enrol
from kiosk.commands.answers import Given, from_csv, from_toml
from kiosk.domain.errors import EnrolmentError, KioskError, PictureError, SettingsError, StoreError
from kiosk.domain.outcome import Outcome, State
from kiosk.domain.reading import Field, Reading
from kiosk.domain.record import Record, seal_info
from kiosk.resources import ASSETS
from kiosk.store.sealing import SUITE

ANSWERS = """
nik = "3372015708759001"
name = "Siti Spesimen"
occupations = ["pedagang-sayur"]
employer = false
income = 1_000_000
programmes = ["jkk", "jkm"]
months = 3
phone = "0812 3456 7890"
consents = ["registration", "reminders"]
"""
HEADER = "nik,name,occupations,employer,income,programmes,months,phone,consents,birth_date,form\n"


def given(tmp_path: Path, text: str) -> Given:
    path = tmp_path / "jawaban.toml"
    path.write_text(text, encoding="utf-8")
    return from_toml(path)


def opened(kiosk: Kiosk, key: X25519PrivateKey) -> list[dict[str, object]]:
    records = [Record.from_bytes(leased.raw) for leased in kiosk.store.outbox.lease(100, 1 << 20, 60)]
    return [form.unpack(SUITE.decrypt(r.sealed, key, info=seal_info(r.kiosk, r.seq)), r.id).plain() for r in records]


def test_one_visit(kiosk: Kiosk, tmp_path: Path, central_key: X25519PrivateKey) -> None:
    first = enrol.visit(kiosk, given(tmp_path, ANSWERS), None)
    assert first.kept
    assert enrol.visit(kiosk, given(tmp_path, ANSWERS), None) == enrol.Ending(first.code, kept=False)
    (body,) = opened(kiosk, central_key)
    assert body["code"] == first.code
    assert (body["nik"], body["name"], body["total"], body["source"]) == (
        "3372015708759001",
        "SITI SPESIMEN",
        33600,
        "typed",
    )
    assert [c["given"] for c in body["consents"]] == [True, False, True]  # type: ignore[attr-defined]


def test_the_defaults_are_the_lowest_band_and_one_month(
    kiosk: Kiosk, tmp_path: Path, central_key: X25519PrivateKey
) -> None:
    enrol.visit(kiosk, given(tmp_path, 'nik="3372015708759001"\nname="Siti"\noccupation="kuliner"\nconsent=true'), None)
    (body,) = opened(kiosk, central_key)
    assert (body["income"], body["months"], body["programmes"], body["total"]) == (1_000_000, 1, ["jkk", "jkm"], 8_400)


def test_a_card_gives_nik_and_name(kiosk: Kiosk, tmp_path: Path, central_key: X25519PrivateKey) -> None:
    reading = Reading("3372015708759001", "ktp", 0.99, {"name": Field("SITI SPESIMEN", 0.98)})
    enrol.visit(kiosk, given(tmp_path, 'occupations=["kuliner"]\nconsents=["registration"]'), reading)
    (body,) = opened(kiosk, central_key)
    assert (body["nik"], body["name"], body["source"]) == ("3372015708759001", "SITI SPESIMEN", "ktp")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('consents = ["registration", "reminders"]', 'consents = ["reminders"]'), "enrolment.consent_refused"),
        (("months = 3", "months = 5"), "programme.notice.months"),
        (("income = 1_000_000", "income = 999_999"), "income.notice.too_low"),
        (("employer = false", "employer = true"), "programme.notice.employer_needs_jht"),
        (('"Siti Spesimen"', '"Сити"'), "name.notice.letters"),
        (('"0812 3456 7890"', '"12345"'), "phone.notice.number"),
        (('["pedagang-sayur"]', '["raja"]'), "occupation.notice.none"),
        (('["pedagang-sayur"]', '["kuliner", "jamu", "pkl"]'), "occupation.notice.too_many"),
        (("3372015708759001", "337201570875900"), "nik.notice.length"),
        (("3372015708759001", "3372015708159001"), "birth.notice.missing"),
        (('nik = "3372015708759001"', 'nik = "3372015708159001"\nbirth_date = "1950-01-01"'), "enrolment.too_old"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    kiosk: Kiosk, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    assert change[0] in ANSWERS
    with pytest.raises(EnrolmentError) as wrong:
        enrol.visit(kiosk, given(tmp_path, ANSWERS.replace(*change)), None)
    assert says in (wrong.value.id, wrong.value.facts.get("reason"))
    assert kiosk.store.outbox.counts().waiting == 0
    sentence = kiosk.words.error(wrong.value)
    assert "{" not in sentence
    assert "notice" not in sentence
    assert "33720157" not in sentence


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("nik = ", "toml.broken"),
        ("nam = 'x'", "answers.key"),
        ("months = 'tiga'", "answers.value"),
        ("employer = 'mungkin'", "answers.value"),
        ("programmes = ['bpjs']", "answers.value"),
        ("consents = ['semua']", "answers.value"),
        ("birth_date = 'kemarin'", "answers.value"),
        ("name = 5.5", "answers.value"),
        ("occupations = [1]", "answers.value"),
    ],
)
def test_a_wrong_answers_file(tmp_path: Path, text: str, id: str) -> None:
    with pytest.raises(KioskError) as wrong:
        given(tmp_path, text)
    assert wrong.value.id == id


def test_a_list_keeps_the_good_rows(kiosk: Kiosk, tmp_path: Path, central_key: X25519PrivateKey) -> None:
    path = tmp_path / "daftar.csv"
    path.write_text(
        "\ufeff"
        + HEADER
        + "3372015708759001,Siti Spesimen,pedagang-sayur,tidak,1000000,jkk jkm,3,0812-3456-7890,"
        + "registration reminders,,F-001\n"
        + "'3372011708759002,  Budi   Spesimen ,ojek,ya,Rp 1.500.000,full,1,,registration,,F-002\n"
        + "337201170875900,Tanpa Satu Angka,ojek,tidak,1000000,,1,,registration,,F-003\n"
        + "\n"
        + "3372011708759004,Tanpa Setuju,ojek,tidak,1000000,,1,,,,F-004\n"
        + "3372011708759005,Tanpa Formulir,ojek,tidak,1000000,,1,,registration,,\n"
        + "3372015708759001,Siti Spesimen,pedagang-sayur,tidak,1000000,,1,,registration,,F-006\n"
        + "3372011708759007,Kurang Kolom\n",
        encoding="utf-8",
    )
    out, err = io.StringIO(), io.StringIO()
    assert enrol.enrol_list(kiosk, path, as_json=True, out=out, err=err) == 1
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(row["line"], row.get("kept"), "error" in row) for row in rows] == [
        (2, True, False), (3, True, False),
        (4, None, True), (6, None, True), (7, None, True), (8, False, False), (9, None, True),
    ]  # fmt: skip
    said = err.getvalue()
    for line in (4, 6, 7, 9):
        assert f"Baris {line}:" in said
    assert "2 tersimpan, 1 sudah pernah, 4 salah" in said
    assert "Tanpa Satu" not in said
    assert "3372" not in said
    first, second = opened(kiosk, central_key)
    assert (first["form"], first["source"]) == ("F-001", "form")
    assert (second["employer"], second["income"], second["programmes"]) == (True, 1_500_000, ["jkk", "jkm", "jht"])


def test_a_list_with_semicolons_and_split_consents(tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    path.write_text(
        "NIK;Name;Occupation;Consent_Registration;Consent_Reminders;Form_Number\n"
        "3372015708759001;Siti;kuliner+jamu;ya;tidak;F-1\n",
        encoding="utf-8",
    )
    ((line, row),) = from_csv(path)
    assert isinstance(row, Given)
    assert (line, row.occupations, row.consents, row.form) == (2, ("kuliner", "jamu"), ("registration",), "F-1")


@pytest.mark.parametrize(
    ("content", "id"),
    [
        (b"", "list.column"),
        (b"nik,name\n1,2\n", "list.column"),
        (b"\xff\xfe\x00", "file.unreadable"),
        (b"nik,name,occupations,consents,form,alamat\n1,2,3,4,5,6\n", "answers.key"),
    ],
)
def test_a_list_that_is_none(kiosk: Kiosk, tmp_path: Path, content: bytes, id: str) -> None:
    path = tmp_path / "daftar.csv"
    path.write_bytes(content)
    with pytest.raises(SettingsError) as wrong:
        enrol.enrol_list(kiosk, path, as_json=False, out=io.StringIO(), err=io.StringIO())
    assert wrong.value.id == id


def test_a_full_disk_stops_the_list_and_keeps_what_is_kept(kiosk: Kiosk, tmp_path: Path) -> None:
    path = tmp_path / "daftar.csv"
    rows = "".join(
        f"337201570875{9000 + n},Siti Spesimen,kuliner,tidak,,,1,,registration,,F-{n}\n" for n in range(1, 200)
    )
    path.write_text(HEADER + rows, encoding="utf-8")
    with kiosk.store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 8}")
    out = io.StringIO()
    with pytest.raises(StoreError, match=r"store\.full"):
        enrol.enrol_list(kiosk, path, as_json=True, out=out, err=io.StringIO())
    assert kiosk.store.outbox.counts().waiting == len(out.getvalue().splitlines()) > 0


def test_from_a_picture_of_a_card(kiosk: Kiosk, tmp_path: Path, central_key: X25519PrivateKey) -> None:
    """The specimen card, read for real, gives NIK and name."""
    answers = tmp_path / "jawaban.toml"
    answers.write_text('occupations = ["kuliner"]\nconsents = ["registration"]\n', encoding="utf-8")
    reading = enrol._read(kiosk, ASSETS / "specimens" / "ktp-easy-000.jpg")
    assert enrol.visit(kiosk, from_toml(answers), reading).kept
    (body,) = opened(kiosk, central_key)
    assert (body["nik"], body["name"], body["source"]) == ("6171022411929139", "BUDI NUR PURBALINGTA", "ktp")


@pytest.mark.parametrize(
    ("name", "id"),
    [("no-blank-000.jpg", "card.unread"), ("none.jpg", "picture.missing"), ("list.csv", "picture.unreadable")],
)
def test_a_picture_without_a_card(kiosk: Kiosk, name: str, id: str) -> None:
    with pytest.raises(PictureError) as wrong:
        enrol._read(kiosk, ASSETS / "specimens" / name)
    assert wrong.value.id == id
    assert "hint." not in kiosk.words.error(wrong.value)


def test_a_refused_enrolment_is_corrected_and_an_association_needs_its_consent(
    kiosk: Kiosk, tmp_path: Path, central_key: X25519PrivateKey
) -> None:
    with_association = ANSWERS.replace('"reminders"', '"association"') + 'association = "KOP"\n'
    first = enrol.visit(kiosk, given(tmp_path, ANSWERS + 'association = "KOP"\n'), None)
    (body,) = opened(kiosk, central_key)
    assert (body["association"], body["replaces"]) == ("", "")
    assert kiosk.identity
    kept = kiosk.store.enrolments.known("3372015708759001", kiosk.identity)
    assert kept
    kiosk.store.enrolments.set_outcome(kept.id, Outcome(State.REFUSED, "name_differs"), 1, kiosk.identity)
    second = enrol.visit(kiosk, given(tmp_path, with_association), None)
    assert (second.kept, second.code != first.code) == (True, True)
    (body,) = opened(kiosk, central_key)
    assert (body["association"], body["replaces"]) == ("KOP", str(kept.id))
