"""What members pay next: from the branch to their kiosk, and to those who agreed to be reminded."""
