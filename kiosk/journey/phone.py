"""Phone numbers by the numbering plan (libphonenumber): an Indonesian mobile, the trader's own or a child's."""

import enum

MOBILE_PREFIX = "+62"


class Fault(enum.StrEnum):
    NUMBER = "number"
    LANDLINE = "landline"  # cannot get a message


def phone_of(text: str) -> str | Fault:
    """E.164 (`+628123456789`) from 08…, 628…, +62 8…, with spaces, dots, dashes and brackets; or what is wrong."""
    import phonenumbers as plan  # loads its tables: not for a kiosk that only starts

    kept = "".join(c for c in text if (c.isascii() and c.isdigit()) or c == "+")
    if not kept or any(c.isalpha() for c in text) or "+" in kept[1:]:
        return Fault.NUMBER
    if kept.startswith("62"):
        kept = "+" + kept
    if not kept.startswith(("0", MOBILE_PREFIX)):
        return Fault.NUMBER
    try:
        number = plan.parse(kept, "ID")
    except plan.NumberParseException:
        return Fault.NUMBER
    if number.country_code != 62 or not plan.is_valid_number(number):
        return Fault.NUMBER
    kind = plan.number_type(number)
    if kind == plan.PhoneNumberType.FIXED_LINE:
        return Fault.LANDLINE
    if kind not in (plan.PhoneNumberType.MOBILE, plan.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return Fault.NUMBER
    return plan.format_number(number, plan.PhoneNumberFormat.E164)


def grouped(national: str) -> str:
    """`0812-3456-7890`, as people write it; also of a number that is still being typed."""
    return "-".join(part for part in (national[:4], national[4:8], national[8:]) if part)


def phone_text(e164: str) -> str:
    """`+6281234567890` as `0812-3456-7890`."""
    return grouped("0" + e164.removeprefix(MOBILE_PREFIX))
