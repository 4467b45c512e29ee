"""Every error that may cross a layer. Each carries message and cure ids; the sentences live in assets/words.

KioskError
 ├─ SettingsError       a settings, table or answers file is wrong
 ├─ PictureError        a picture or clip cannot be opened or decoded
 ├─ DeviceError         a camera, scanner, … is missing or lost
 ├─ StoreError          the database cannot be used (newer, damaged, not WAL …)
 │   └─ StoreFull       no room on the disk
 ├─ IdentityError       the kiosk is not provisioned, or its identity is damaged
 ├─ EnrolmentError      answers that cannot become an enrolment
 └─ CarriageError       the wire: unreachable, refused, not understood
     └─ ProvisioningRefused
"""


class KioskError(Exception):
    """An error with a sentence for people.

    `id` names two sentences in assets/words: `error.<id>` says what happened, `cure.<id>` what to do.
    `facts` fill their {placeholders}; they never hold personal data.
    """

    def __init__(self, id: str, **facts: str | int) -> None:
        self.id = id
        self.facts = facts
        super().__init__(id, *(f"{key}={value}" for key, value in facts.items()))

    @property
    def message(self) -> str:
        return f"error.{self.id}"

    @property
    def cure(self) -> str:
        return f"cure.{self.id}"


class SettingsError(KioskError):
    """A file that people write (settings, tables, answers, lists) is wrong."""


class PictureError(KioskError):
    """A picture or clip cannot be opened, or breaks while it is read."""


class DeviceError(KioskError):
    """A device is missing, lost or speaks nonsense."""


class StoreError(KioskError):
    """The database cannot be used as it is."""


class StoreFull(StoreError):
    """The disk has no room; nothing was written."""


class IdentityError(KioskError):
    """The kiosk has no identity yet, or it is damaged."""


class EnrolmentError(KioskError):
    """Answers that cannot become an enrolment; `facts['reason']` is a reason id."""


class CarriageError(KioskError):
    """The central API cannot be reached, refuses, or does not speak as agreed."""


class ProvisioningRefused(CarriageError):
    """The centre does not accept this provisioning code."""
