"""Names and phone numbers, brought into one form or refused with a reason id."""

import re
import unicodedata

NAME_LIMIT = 60
_NAME = re.compile(r"[A-Z][A-Z .,'\-/()]*")
_MOBILE = re.compile(r"8[1-35-9][0-9]{7,10}")  # libphonenumber 9.0, Indonesia, mobile, national part


def name_of(text: str) -> str | None:
    """The name in capitals with single spaces, as on the card; None when it cannot be one.

    Accents are dropped as the registry does. Letters of other scripts, digits and symbols refuse the name.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    name = " ".join(plain.replace("’", "'").upper().split())
    return name if _NAME.fullmatch(name) and len(name) <= NAME_LIMIT else None


def phone_of(text: str) -> str | None:
    """An Indonesian mobile number in E.164 (`+628123456789`) from 08…, 628…, +628…; None when it is not one."""
    digits = re.sub(r"[ .()\-\u00a0]", "", text)
    national = re.sub(r"^(\+?62|0)", "", digits)
    return f"+62{national}" if _MOBILE.fullmatch(national) and digits != national else None


def phone_text(e164: str) -> str:
    """`0812-3456-7890`, as people write it."""
    digits = "0" + e164.removeprefix("+62")
    return "-".join(part for part in (digits[:4], digits[4:8], digits[8:]) if part)
