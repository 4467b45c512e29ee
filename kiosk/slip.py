"""The slip in a trader's hand: what a receipt says, in their language, without a name and without a promise."""

from collections.abc import Callable, Mapping
from datetime import tzinfo

from kiosk.clock import believable, local
from kiosk.devices.printer import Framed, Pair, Qr, Rule, Size, Slip, Text
from kiosk.devices.printing import PrinterWorker
from kiosk.journey.receipt import Receipt
from kiosk.words import Words, rupiah


def compose(receipt: Receipt, words: Words, zone: tzinfo, kiosk: str) -> Slip:
    """A date that the clock cannot know is left out; the code and what happens next never are."""
    when: tuple[Text, ...] = ()
    if believable(receipt.kept_ms):
        at = local(receipt.kept_ms, zone)
        when = (Text(f"{words.date(at.date())}  {at:%H.%M} {at.tzname()}", Size.SMALL, centred=True),)
    total = words("slip.months", amount=rupiah(receipt.total), count=receipt.months)
    return (
        Text(words("slip.title"), Size.TITLE, bold=True, centred=True),
        Text(receipt.market, centred=True),
        *when,
        Text(words("slip.kiosk", kiosk=kiosk), Size.SMALL, centred=True),
        Rule(),
        Text(words("receipt.code"), Size.SMALL, centred=True),
        Text(receipt.code, Size.HUGE, bold=True, centred=True),
        Qr(receipt.code),
        Pair("NIK", receipt.number.replace(" ", "").replace("•", "*")),
        Pair(words("slip.total"), total),
        Rule(),
        Text(words("slip.next"), bold=True),
        Text(words("slip.next_1"), number=1),
        Text(words("slip.next_2", branch=receipt.branch), number=2),
        Text(words("slip.next_3"), number=3),
        Pair(words("slip.due"), words.month(receipt.due.first_day)),
        Framed(words("slip.no_card")),
        Text(words("slip.help"), Size.SMALL, centred=True),
    )


class SlipPrinter:
    """Satisfies `ui.ports.Printer`."""

    def __init__(self, worker: PrinterWorker, words: Mapping[str, Words], zone: tzinfo, kiosk: str) -> None:
        self._worker, self._words, self._zone, self._kiosk = worker, words, zone, kiosk

    def print(self, receipt: Receipt, told: Callable[[str], None]) -> None:
        slip = compose(receipt, self._words[receipt.language], self._zone, self._kiosk)
        self._worker.print(slip, told)
