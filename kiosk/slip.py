"""The slip in a trader's hand: what a receipt says, in their language, without a name and without a promise."""

import queue
from collections.abc import Callable, Mapping
from datetime import tzinfo

from kiosk.clock import believable, local
from kiosk.devices.printer import Framed, Pair, Paper, Qr, Rule, Size, Slip, Text
from kiosk.devices.printing import PrinterWorker
from kiosk.journey.receipt import Bill, Receipt
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


def bill(told: Bill, words: Words, kiosk: str) -> Slip:
    """What a member pays again with. It says what the branch said, and that cover goes on once it is paid."""
    return (
        Text(words("slip.bill"), Size.TITLE, bold=True, centred=True),
        Text(told.market, centred=True),
        Text(words("slip.kiosk", kiosk=kiosk), Size.SMALL, centred=True),
        Rule(),
        Text(words("slip.pay_code"), Size.SMALL, centred=True),
        Text(told.due.code, Size.TITLE, bold=True, centred=True),
        Pair(words("slip.amount"), rupiah(told.due.amount)),
        Pair(words("slip.paid_until"), words.month(told.due.until.first_day)),
        Pair(words("slip.due"), words.month(told.due.next.first_day)),
        Rule(),
        Text(words("slip.bill_where"), bold=True),
        Pair(words("receipt.code"), told.code),
        Text(words("slip.help"), Size.SMALL, centred=True),
    )


def trial(words: Words, zone: tzinfo, kiosk: str, now_ms: int) -> Slip:
    """What a printer is tried with: letters, a line, a code. It is nobody's receipt and says so."""
    at = local(now_ms, zone)
    return (
        Text(words("slip.trial"), Size.TITLE, bold=True, centred=True),
        Text(words("slip.kiosk", kiosk=kiosk), Size.SMALL, centred=True),
        Text(f"{words.date(at.date())}  {at:%H.%M}", Size.SMALL, centred=True),
        Rule(),
        Text("ABCDEFGHIJKLM 0123456789"),
        Qr("SPECIMEN"),
        Framed(words("slip.no_receipt")),
    )


class SlipPrinter:
    """Satisfies `ui.ports.Printer`."""

    def __init__(self, worker: PrinterWorker, words: Mapping[str, Words], zone: tzinfo, kiosk: str) -> None:
        self._worker, self._words, self._zone, self._kiosk = worker, words, zone, kiosk

    def look(self) -> Paper:
        """How the printer is just now. Blocks for a few seconds at most."""
        return self._worker.look()

    def trial(self, language: str, now_ms: int) -> Paper:
        """Prints a slip that says what it is. Blocks until the printer has answered, or was given up."""
        said: queue.SimpleQueue[Paper] = queue.SimpleQueue()
        self._worker.print(trial(self._words[language], self._zone, self._kiosk, now_ms), said.put)
        return said.get()

    def print(self, receipt: Receipt | Bill, told: Callable[[str], None]) -> None:
        words = self._words[receipt.language]
        if isinstance(receipt, Bill):
            slip = bill(receipt, words, self._kiosk)
        else:
            slip = compose(receipt, words, self._zone, self._kiosk)
        self._worker.print(slip, told)
