"""`kiosk record`: what officers did here last, in the words of their page."""

import json
from pathlib import Path

from kiosk import amounts, bootstrap, tables
from kiosk import commandline as command
from kiosk.clock import local
from kiosk.settings import Settings


def run(home: Path, chosen: Settings, *, last: int, as_json: bool) -> int:
    """The newest first. Raises StoreError, SettingsError."""
    kiosk = bootstrap.open_kiosk(home, chosen, provisioned=False)
    try:
        items = tables.stock_items()
        for kept in kiosk.store.acts.latest(last):
            act, at = kept.act, local(kept.at_ms, chosen.zone)
            if as_json:
                told = {"seq": kept.seq, "at": at.isoformat(), "kind": str(act.kind), "officer": act.officer}
                command.write_line(json.dumps(told | {"facts": dict(act.facts)}, ensure_ascii=False))
            else:
                said = kiosk.words.act(amounts.in_words(act, items, kiosk.words))
                command.write_line(f"{at:%Y-%m-%d %H:%M}  {act.officer or '–':<5} {said}")
    finally:
        kiosk.close()
    return command.OK
