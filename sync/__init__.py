"""Carriage: brings what the kiosk has kept to the centre, exactly once, and says truthfully how far it is."""
