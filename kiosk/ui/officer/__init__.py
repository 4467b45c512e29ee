"""The officers' screens, one a step. They read more than a trader does, and stand on every panel down to 7 inches."""
