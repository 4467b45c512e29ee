"""Own widgets: about a dozen, each a .py with its .kv beside it."""

from pathlib import Path

from kivy.lang import Builder

_loaded: set[Path] = set()


def load_kv(module_file: str) -> None:
    """Loads the .kv beside a module, once: a second time would double every child."""
    path = Path(module_file).with_suffix(".kv")
    if path not in _loaded:
        _loaded.add(path)
        Builder.load_file(str(path), encoding="utf-8")
