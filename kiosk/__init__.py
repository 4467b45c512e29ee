"""The market kiosk: enrols self-employed traders in BPJS Ketenagakerjaan, online or not."""

__version__ = "0.1.0"
