"""An enrolment as few bytes as possible, before it is sealed: sealed bytes do not compress.

    NIK 7 B | phone 5 B | consent 3 B | zstd frame of a CBOR list

What no dictionary can shorten stands before the frame: the NIK, a +62 phone without its prefix (0 for none), and the ms
from the making of the id to the consents. The frame has no magic number; the id of the shipped dictionary stands in it.
What the record around it says already (the id) or the NIK says (birth date, sex) is left out. `scripts/train-form`
makes the dictionary; one that has been used in a market is never changed, only followed by another.
"""

import re
import uuid
from datetime import date
from functools import cache
from typing import Any

import zstandard

from kiosk import cbor
from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.nik import LENGTH, WOMAN_DAY_OFFSET
from kiosk.domain.tariff import FULL, Month
from kiosk.resources import ASSETS

DICTIONARY = ASSETS / "models" / "enrolment.dict"
PLAIN_LIMIT = 16 * 1024  # bytes; a form has well under 1 KiB, this only stops a bomb
_LEVEL = 19
_DEPTH = 4
_HEAD = (7, 5, 3)  # bytes
_HEAD_BYTES = sum(_HEAD)
# The usual words, by their place; any other word is spelled out. Only ever append.
_SEXES = ("female", "male")
_LANGUAGES = ("id", "jv", "en")
_SOURCES = ("ktp", "qr", "typed", "form", "wedge", "code128", "code39", "pdf417", "datamatrix", "ean13", "itf")
_SECTORS = ("other", "transport", "bpu")
_PURPOSES = ("registration", "association", "reminders")


class FormError(ValueError):
    """Bytes that are not an enrolment, or an enrolment that cannot be bytes. The text never quotes them."""


def pack(enrolment: Enrolment) -> bytes:
    """The plaintext that is sealed. Raises FormError for a NIK that is none."""
    head, listed = _parts(enrolment)
    return head + _compressor().compress(cbor.dumps(listed))


def unpack(packed: bytes, id: uuid.UUID) -> Enrolment:
    """The enrolment of the record `id`. Raises FormError unless it is what `pack` writes."""
    head, compressed = packed[:_HEAD_BYTES], packed[_HEAD_BYTES:]
    try:
        frame = zstandard.get_frame_parameters(compressed, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
        if frame.dict_id != _dictionary().dict_id() or not 0 < frame.content_size <= PLAIN_LIMIT:
            raise FormError("dictionary")
        plain = _decompressor().decompress(compressed, max_output_size=PLAIN_LIMIT)
        listed = cbor.loads(plain, _DEPTH)
        enrolment = _enrolment(head, listed, id)
        again = _parts(enrolment)
    except zstandard.ZstdError:
        raise FormError("not compressed") from None
    except cbor.CborError:
        raise FormError("not CBOR") from None
    except (ValueError, TypeError, AttributeError, IndexError, OverflowError):
        raise FormError("form") from None
    if again != (head, listed):
        raise FormError("form")
    return enrolment


def plain_bytes(enrolment: Enrolment) -> bytes:
    """What is compressed."""
    return cbor.dumps(_parts(enrolment)[1])


def _parts(e: Enrolment) -> tuple[bytes, list[Any]]:
    if not re.fullmatch(f"[0-9]{{{LENGTH}}}", e.nik):
        raise FormError("nik")
    phone = e.phone.removeprefix("+62")
    short = re.fullmatch(r"\+62[1-9][0-9]{0,10}", e.phone) is not None
    text, given, after_ms = _usual_consents(e)
    head = b"".join(
        number.to_bytes(size)
        for number, size in zip((int(e.nik), int(phone) if short else 0, after_ms), _HEAD, strict=True)
    )
    told = _digits_of(e.birth_date, e.sex) == e.nik[6:12] and 1900 <= e.birth_date.year < 2100
    bits = [
        e.employer, e.married, _SEXES.index(e.sex), told and e.birth_date.year >= 2000,
        *(programme in e.programmes for programme in FULL), *given,
    ]  # fmt: skip
    return head, [
        e.market, e.branch, text, [e.start.year * 12 + e.start.month - _month_of(e.id), list(e.warnings), e.form],
        e.replaces.bytes if e.replaces else b"", "" if short else e.phone, "" if told else e.birth_date.isoformat(),
        _place(_LANGUAGES, e.language), _place(_SOURCES, e.source), _place(_SECTORS, e.sector), e.association,
        list(e.occupations), e.months, e.income, e.base, e.total,
        sum(bit << place for place, bit in enumerate(bits)), e.name,
    ]  # fmt: skip


def _enrolment(head: bytes, listed: Any, id: uuid.UUID) -> Enrolment:
    (
        market, branch, text, (start, warnings, form), replaces, phone, born, language, source, sector, association,
        occupations, months, income, base, total, bits, name,
    ) = listed  # fmt: skip
    nik, short_phone, after_ms = int.from_bytes(head[:7]), int.from_bytes(head[7:12]), int.from_bytes(head[12:])
    texts = (market, branch, form, phone, born, association, name, *warnings, *occupations)
    numbers = (start, months, income, base, total, bits)
    if not all(isinstance(one, str) for one in texts) or not all(type(one) is int for one in numbers):
        raise FormError("form")
    digits, language = f"{nik:0{LENGTH}}", _word(_LANGUAGES, language)
    months_of_start = start + _month_of(id)
    century = 2000 if bits >> 3 & 1 else 1900
    return Enrolment(
        id=id,
        nik=digits,
        name=name,
        birth_date=date.fromisoformat(born) if born else _born(digits, century),
        sex=_SEXES[bits >> 2 & 1],
        source=_word(_SOURCES, source),
        occupations=tuple(occupations),
        sector=_word(_SECTORS, sector),
        employer=bool(bits & 1),
        married=bool(bits >> 1 & 1),
        income=income,
        programmes=tuple(programme for place, programme in enumerate(FULL, 4) if bits >> place & 1),
        months=months,
        start=Month((months_of_start - 1) // 12, (months_of_start - 1) % 12 + 1),
        total=total,
        base=base,
        market=market,
        branch=branch,
        language=language,
        consents=_consents(text, bits >> 7, after_ms, language, id),
        phone=f"+62{short_phone}" if short_phone else phone,
        form=form,
        warnings=tuple(warnings),
        association=association,
        replaces=uuid.UUID(bytes=replaces) if replaces else None,
    )


def _usual_consents(e: Enrolment) -> tuple[Any, list[bool], int]:
    """The version of the text, what was given, and ms after the id was made; any other consents are spelled out."""
    after_ms = e.consents[0].at_ms - _made_ms(e.id) if e.consents else -1
    if (
        tuple(c.purpose for c in e.consents) == _PURPOSES
        and {(c.text_version, c.language, c.at_ms) for c in e.consents}
        == {(e.consents[0].text_version, e.language, e.consents[0].at_ms)}
        and 0 <= after_ms < 1 << 24
    ):
        return e.consents[0].text_version, [c.given for c in e.consents], after_ms
    spelled = [[c.purpose, int(c.given), c.text_version, c.language, c.at_ms] for c in e.consents]
    return spelled, [], 0


def _consents(text: Any, given: int, after_ms: int, language: str, id: uuid.UUID) -> tuple[Consent, ...]:
    if isinstance(text, str):
        at_ms = _made_ms(id) + after_ms
        return tuple(
            Consent(purpose, bool(given >> place & 1), text, language, at_ms) for place, purpose in enumerate(_PURPOSES)
        )
    return tuple(Consent(purpose, bool(yes), version, tongue, at_ms) for purpose, yes, version, tongue, at_ms in text)


def _place(words: tuple[str, ...], word: str) -> int | str:
    return words.index(word) if word in words else word


def _word(words: tuple[str, ...], place: int | str) -> str:
    return place if isinstance(place, str) else words[place]


def _digits_of(born: date, sex: str) -> str:
    """DDMMYY as a NIK writes it: a woman's day has 40 added."""
    return f"{born.day + WOMAN_DAY_OFFSET * (sex == 'female'):02}{born:%m%y}"


def _born(nik: str, century: int) -> date:
    return date(century + int(nik[10:12]), int(nik[8:10]), int(nik[6:8]) % WOMAN_DAY_OFFSET)


def _made_ms(id: uuid.UUID) -> int:
    """RFC 9562 5.7: the first 48 bits of a UUIDv7. Of any other id it is a number like another."""
    return id.int >> 80


def _month_of(id: uuid.UUID) -> int:
    """Months since year 0 until the id was made, so that the first month of cover is mostly 0 or 1 away."""
    return _made_ms(id) // 2_629_746_000 + 1970 * 12 + 1


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(DICTIONARY.read_bytes())


@cache
def _compressor() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(dict_data=_dictionary(), compression_params=parameters())


@cache
def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(dict_data=_dictionary(), format=zstandard.FORMAT_ZSTD1_MAGICLESS)


def parameters() -> zstandard.ZstdCompressionParameters:
    return zstandard.ZstdCompressionParameters.from_level(
        _LEVEL, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=True, write_dict_id=True,
        write_checksum=False, min_match=3, strategy=zstandard.STRATEGY_BTULTRA2,
    )  # fmt: skip
