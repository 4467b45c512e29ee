"""A QR code as one small texture with hard edges (segno)."""

import segno
from kivy.graphics.texture import Texture
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets import load_kv

QUIET = 3  # modules of white around it


class Qr(Widget):
    text = StringProperty("")
    texture = ObjectProperty(None, allownone=True)

    def on_text(self, _: object, text: str) -> None:
        if not text:
            self.texture = None
            return
        rows = [
            bytes(0 if dark else 255 for dark in row) for row in segno.make(text, micro=False).matrix_iter(border=QUIET)
        ]
        texture = Texture.create(size=(len(rows), len(rows)), colorfmt="luminance")
        texture.mag_filter = texture.min_filter = "nearest"
        texture.blit_buffer(b"".join(reversed(rows)), colorfmt="luminance", bufferfmt="ubyte")
        self.texture = texture


load_kv(__file__)
