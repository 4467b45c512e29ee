"""`kiosk init`: makes this machine a kiosk of a centre."""

from pathlib import Path

from kiosk.bootstrap import load_words
from kiosk.provision import provision
from kiosk.settings import Settings


def run(home: Path, chosen: Settings, central: str, code: str) -> int:
    """Raises IdentityError, ProvisioningRefused, CarriageError."""
    identity = provision(home, central, code, chosen.sync.ca_file)
    words = load_words(chosen)[chosen.languages.order[0]]
    print(words("init.done", kiosk=identity.kiosk, url=identity.central_url))
    return 0
