"""How every part of this kiosk does: the same findings for the officer's page and for `kiosk doctor`.

A part is one function; `None` means that this machine has no such thing and nothing is to be shown.
"""
