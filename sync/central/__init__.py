"""The centre: the other end of the wire. Takes records exactly once, for ever, and opens them with its private key."""
