"""Names, brought into one form or refused. Phone numbers need a numbering plan: see journey/phone.py."""

import re
import unicodedata

NAME_LIMIT = 60
_NAME = re.compile(r"[A-Z][A-Z .,'\-/()]*")


def name_of(text: str) -> str | None:
    """The name in capitals with single spaces, as on the card; None when it cannot be one.

    Accents are dropped as the registry does. Letters of other scripts, digits and symbols refuse the name.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    name = " ".join(plain.replace("’", "'").upper().split())
    return name if _NAME.fullmatch(name) and len(name) <= NAME_LIMIT else None
