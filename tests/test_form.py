"""An enrolment goes into few bytes and comes out the same; nothing else comes out."""

import dataclasses
import random
import uuid
from contextlib import suppress
from datetime import date

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kiosk import cbor, form
from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.tariff import BASIC, FULL, Month
from kiosk.form import FormError
from kiosk.store.enrolments import new_id

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
WORDS = st.lists(TEXT, max_size=3).map(tuple)
RUPIAH = st.integers(0, 2**53)
CONSENT = st.builds(Consent, TEXT, st.booleans(), TEXT, st.sampled_from(("id", "jv", "xx")), st.integers(0, 2**60))
ENROLMENT = st.builds(
    Enrolment, id=st.uuids(), nik=st.from_regex(r"[0-9]{16}", fullmatch=True), name=TEXT, birth_date=st.dates(),
    sex=st.sampled_from(("female", "male")), source=st.one_of(st.sampled_from(("ktp", "wedge")), TEXT),
    occupations=WORDS, sector=st.one_of(st.just("other"), TEXT), employer=st.booleans(), married=st.booleans(),
    income=RUPIAH, programmes=st.sampled_from((BASIC, FULL)), months=st.integers(1, 60),
    start=st.builds(Month, st.integers(1, 9999), st.integers(1, 12)), total=RUPIAH, base=RUPIAH, market=TEXT,
    branch=TEXT, language=st.sampled_from(("id", "jv", "en", "xx")), consents=st.lists(CONSENT, max_size=4).map(tuple),
    phone=st.one_of(st.just(""), st.from_regex(r"\+(62|1)[0-9]{0,13}", fullmatch=True), TEXT), form=TEXT,
    warnings=WORDS, association=TEXT, replaces=st.one_of(st.none(), st.uuids()),
)  # fmt: skip
NAMES = (
    "SULASTRI PURWANINGRUM SETYOWATI", "SRI WAHYUNINGSIH HARTONO", "SITI NURHASANAH WULANDARI",
    "BAMBANG SETYO WICAKSONO", "MUHAMMAD RIZKI FADHILLAH", "MARGARETHA ELISABETH SOEPOMO",
)  # fmt: skip


def trader(id: uuid.UUID, **changes: object) -> Enrolment:
    """As a kiosk keeps them: a long name, a phone and the three consents of one page."""
    at_ms = (id.int >> 80) + 12_345
    purposes = {"registration": True, "association": False, "reminders": True}
    made = Enrolment(
        id=id, nik="3372015708759001", name="SULASTRI PURWANINGRUM SETYOWATI", birth_date=date(1975, 8, 17),
        sex="female", source="ktp", occupations=("pedagang-sayur",), sector="other", employer=False, married=True,
        income=1_500_000, programmes=BASIC, months=3, start=Month(2026, 11), total=34_200, base=1_600_000,
        market="Pasar Legi", branch="Surakarta", language="jv", phone="+6281298765432",
        consents=tuple(Consent(purpose, given, "2026-11", "jv", at_ms) for purpose, given in purposes.items()),
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


@given(ENROLMENT)
def test_any_enrolment_goes_there_and_back(enrolment):
    packed = form.pack(enrolment)
    read = form.unpack(packed, enrolment.id)
    assert read == enrolment
    assert form.pack(read) == packed


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"sex": "male"}, {"birth_date": date(1975, 8, 18)}, {"birth_date": date(1875, 8, 17)},
        {"birth_date": date(2075, 8, 17)}, {"phone": ""}, {"phone": "+620812"}, {"phone": "+62812345678901"},
        {"phone": "+15551234"}, {"consents": ()}, {"programmes": FULL}, {"start": Month(1970, 1)},
    ],
)  # fmt: skip
def test_each_short_cut_has_its_long_way(changes):
    enrolment = trader(new_id(), **changes)
    assert form.unpack(form.pack(enrolment), enrolment.id) == enrolment


def test_consents_of_different_moments_keep_them():
    made = trader(new_id())
    consents = tuple(dataclasses.replace(one, at_ms=one.at_ms + place) for place, one in enumerate(made.consents))
    enrolment = dataclasses.replace(made, consents=consents)
    assert form.unpack(form.pack(enrolment), enrolment.id) == enrolment


def test_it_is_small():
    """200 bytes on the wire leave 54 for the form, with a name of 20 letters or more, a phone, three consents."""
    sizes = [len(form.pack(trader(new_id(), name=name))) for name in NAMES]
    assert sum(sizes) / len(sizes) <= 54
    assert max(sizes) <= 70


def test_a_form_opens_only_as_its_own_record():
    enrolment = trader(new_id(), consents=())
    other = form.unpack(form.pack(enrolment), uuid.uuid4())
    assert other.id != enrolment.id, "the seal ties the two together; the form has no id of its own"


@pytest.mark.parametrize("nik", ["", "1", "x" * 16, "٣" * 16, "12345678901234567"])
def test_what_is_no_nik_is_not_packed(nik):
    with pytest.raises(FormError, match="nik"):
        form.pack(trader(new_id(), nik=nik))


def test_ten_thousand_bent_forms_are_refused_or_another_form_of_one_spelling():
    rng, made = random.Random(5), trader(new_id())
    packed = form.pack(made)
    for _ in range(10_000):
        at = rng.randrange(len(packed))
        bent = packed[:at] + rng.randbytes(rng.randrange(3)) + packed[at + rng.randrange(3) :]
        with suppress(FormError):
            read = form.unpack(bent, made.id)
            assert form.unpack(form.pack(read), made.id) == read


def test_a_bomb_and_another_dictionary_are_refused():
    dictionary = zstandard.ZstdCompressionDict(form.DICTIONARY.read_bytes())
    magicless = zstandard.ZstdCompressionParameters.from_level(
        3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_dict_id=True
    )
    bomb = zstandard.ZstdCompressor(dict_data=dictionary, compression_params=magicless).compress(bytes(10**7))
    other = zstandard.ZstdCompressor(compression_params=magicless).compress(cbor.dumps([1]))
    for wrong in (bomb, other, b"", b"\x00"):
        with pytest.raises(FormError):
            form.unpack(bytes(15) + wrong, new_id())
