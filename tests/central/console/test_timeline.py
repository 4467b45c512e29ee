"""The picture of a kiosk's rounds."""

from sync.central.console import timeline


def test_the_timeline_is_drawn_from_numbers_alone():
    class Said:
        def __call__(self, _: str, **facts: object) -> str:
            return "label"

    now_ms = 1_795_312_800_000
    hour = now_ms // 3_600_000
    drawn = timeline.svg({hour: (2, 9, 0), hour - 1: (1, 0, 0), hour - 2: (1, 3, 1)}, now_ms, Said())
    assert drawn.count('class="sent') == 1
    assert drawn.count('class="alive"') == 1
    assert drawn.count('class="bad"') == 1
    assert drawn.count("<rect") == 14 * 24
