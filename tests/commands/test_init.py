"""Provisioning against a real central API in its own process."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.domain.errors import CarriageError, IdentityError, ProvisioningRefused
from kiosk.provision import provision
from kiosk.store.identity import PENDING, Identity

PROGRAMS = Path(sys.executable).parent


@dataclass
class Centre:
    home: Path
    url: str

    def code(self, name: str) -> str:
        made = subprocess.run(
            [PROGRAMS / "kiosk-central", "add-kiosk", name, "--home", self.home],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return made.stdout.strip()


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    home = tmp_path_factory.mktemp("pusat")
    process = subprocess.Popen(
        [PROGRAMS / "kiosk-central", "serve", "--home", home, "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    ready = process.stdout.readline()
    yield Centre(home, ready.split()[-1])
    process.terminate()
    process.wait(20)
    process.stdout.close()


def test_a_code_makes_a_kiosk(centre: Centre, tmp_path: Path) -> None:
    identity = provision(tmp_path, centre.url, centre.code("UJI-A"))
    assert identity.kiosk == "UJI-A"
    assert Identity.load(tmp_path).public_key == identity.public_key
    assert not (tmp_path / PENDING).exists()
    with pytest.raises(IdentityError, match=r"identity\.exists"):
        provision(tmp_path, centre.url, "any")


def test_a_lost_answer_can_be_asked_for_again(centre: Centre, tmp_path: Path) -> None:
    code = centre.code("UJI-B")
    with pytest.raises(CarriageError, match=r"central\.unreachable"):
        provision(tmp_path, "http://127.0.0.1:9", code)
    pending = Identity.load(tmp_path, PENDING)
    first = provision(tmp_path, centre.url, code)
    assert first.public_key == pending.public_key
    (tmp_path / "identity.json").unlink()  # as if the power had gone before the answer was kept
    pending.save(tmp_path, PENDING)
    assert provision(tmp_path, centre.url, code).public_key == first.public_key


def test_a_wrong_and_a_used_code_are_refused(centre: Centre, tmp_path: Path) -> None:
    code = centre.code("UJI-C")
    provision(tmp_path / "first", centre.url, code)
    for wrong in (code, "AAAA-AAAA-AAAA", ""):
        with pytest.raises(ProvisioningRefused):
            provision(tmp_path / "second", centre.url, wrong)
    assert not (tmp_path / "second" / "identity.json").exists()


@pytest.mark.parametrize(
    ("url", "id"),
    [
        ("127.0.0.1:8765", "central.url"),
        ("ftp://127.0.0.1", "central.url"),
        ("http://pusat.example.id", "central.tls"),
        ("http://127.0.0.1:9", "central.unreachable"),
    ],
)
def test_a_wrong_address(tmp_path: Path, url: str, id: str) -> None:
    with pytest.raises(CarriageError) as wrong:
        provision(tmp_path, url, "x")
    assert wrong.value.id == id


def test_something_else_answers(centre: Centre, tmp_path: Path) -> None:
    with pytest.raises(CarriageError, match=r"central\.strange"):
        provision(tmp_path, f"{centre.url}/elsewhere", "x")
