"""One file per command of `kiosk`; `kiosk/__main__.py` chooses."""
