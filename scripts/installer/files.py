"""The files of an installed kiosk: what stands in `config/`, and where the machine wants it."""

from dataclasses import dataclass

from machine import CONFIG


@dataclass(frozen=True)
class File:
    """`source` in config/; `only_with` names the option without which it is left out."""

    source: str
    place: str
    mode: int = 0o644
    only_with: str = ""

    @property
    def content(self) -> bytes:
        return (CONFIG / self.source).read_bytes()


FILES = (
    File("systemd/kiosk.service", "/etc/systemd/system/kiosk.service"),
    File("systemd/kiosk-sync.service", "/etc/systemd/system/kiosk-sync.service"),
    File("systemd/kiosk-firewall.service", "/etc/systemd/system/kiosk-firewall.service"),
    File("systemd/kiosk-stick@.service", "/etc/systemd/system/kiosk-stick@.service"),
    File("systemd/system.conf", "/etc/systemd/system.conf.d/market-kiosk.conf"),
    File(
        "systemd/optional/local-network.conf",
        "/etc/systemd/system/kiosk.service.d/local-network.conf",
        only_with="local_network",
    ),
    File("journald/market-kiosk.conf", "/etc/systemd/journald.conf.d/market-kiosk.conf"),
    File("sysctl/market-kiosk.conf", "/etc/sysctl.d/60-market-kiosk.conf"),
    File("tmpfiles/market-kiosk.conf", "/etc/tmpfiles.d/market-kiosk.conf"),
    File("udev/70-kiosk-devices.rules", "/etc/udev/rules.d/70-kiosk-devices.rules"),
    File("udev/70-kiosk-sticks.rules", "/etc/udev/rules.d/70-kiosk-sticks.rules"),
    File("polkit/60-market-kiosk.rules", "/etc/polkit-1/rules.d/60-market-kiosk.rules"),
    File("pam/market-kiosk", "/etc/pam.d/market-kiosk"),
    File("nftables/firewall.nft", "/etc/market-kiosk/firewall.nft"),
    File("nftables/ssh.nft", "/etc/market-kiosk/firewall.d/ssh.nft", only_with="ssh"),
    File("apt/52market-kiosk", "/etc/apt/apt.conf.d/52market-kiosk", only_with="upgrades"),
    File("bin/kiosk", "/usr/local/bin/kiosk", 0o755),
    File("bin/kiosk-sync", "/usr/local/bin/kiosk-sync", 0o755),
    File("bin/kiosk-stick", "/usr/local/lib/market-kiosk/kiosk-stick", 0o755),
)
