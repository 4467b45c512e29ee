"""One-time codes against the vectors of RFC 6238."""

from sync.central.console.codes import Codes


def test_rfc_6238_codes():
    codes = Codes(bytes(32))
    secret = b"12345678901234567890"  # appendix B, its last six digits
    for second, code in ((59, "287082"), (1111111109, "081804"), (2000000000, "279037")):
        assert codes.at(secret, second * 1000) == code
        assert codes.step_of(secret, code, second * 1000 + 29_000) is not None
        assert codes.step_of(secret, code, second * 1000 + 90_000) is None
    assert codes.step_of(secret, "２８７０８２", 59_000) is None
    assert codes.opened(codes.sealed(secret, "a"), "a") == secret
    assert codes.opened(codes.sealed(secret, "a"), "b") is None
