"""The network interfaces of this machine: which are connected, and which of them have an address."""

import fcntl
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

_INTERFACES = Path("/sys/class/net")
_IPV6 = Path("/proc/net/if_inet6")
_LOOPBACK = 772  # ARPHRD_LOOPBACK
_GET_ADDRESS = 0x8915  # SIOCGIFADDR; netlink is closed to the daemon
_SELF_MADE = b"\xa9\xfe"  # 169.254: what a machine gives itself when nobody gave it one
_GLOBAL = "00"


@dataclass(frozen=True, slots=True)
class Link:
    """`addressed`: somebody gave it an address that others can answer to."""

    name: str
    addressed: bool


def links(folder: Path = _INTERFACES, ipv6: Path = _IPV6) -> list[Link]:
    """Those that are connected, the loopback left out."""
    if not folder.is_dir():  # a machine that shows none, such as a bare tree of files
        return []
    with_ipv6 = _with_ipv6(ipv6)
    return [
        Link(path.name, path.name in with_ipv6 or _has_ipv4(path.name))
        for path in sorted(folder.iterdir())
        if _read(path / "type") != str(_LOOPBACK) and _is_up(path)
    ]


def _is_up(path: Path) -> bool:
    state = _read(path / "operstate")
    return state == "up" or (state == "unknown" and _read(path / "carrier") == "1")  # modems do not tell


def _has_ipv4(name: str) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking, _GET_ADDRESS, struct.pack("256s", name.encode()[:15]))
        except OSError:
            return False
    return answer[20:22] != _SELF_MADE


def _with_ipv6(table: Path) -> set[str]:
    """address | index | prefix | scope | flags | name, a line each."""
    rows = [line.split() for line in _read(table).splitlines()]
    return {row[5] for row in rows if len(row) == 6 and row[3] == _GLOBAL}


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:  # no such interface any more, or it does not tell
        return ""
