"""Real TLS with an own certificate authority: nginx before two API processes on one PostgreSQL, one killed under load.

A real kiosk with its daemon drains through it, and at the same time a crowd of others sends what was sealed before.
"""

import asyncio
import datetime
import ipaddress
import random
import shutil
import ssl
import subprocess
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import postgres
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from faults_link import HOST
from faults_proxy import read
from faults_world import FAST, World, free_port
from made_records import MadeKiosk, Sent, head, public_keys, register

from sync import wire
from sync.central import schema
from sync.central.database import Database

CROWD, REQUESTS, EACH = 6, 12, 10  # kiosks, requests of each, records in one
KEPT = 120
PAUSE_S = 0.02
CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_max_body_size 5m;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream centre {{ server 127.0.0.1:{first} fail_timeout=1s; server 127.0.0.1:{second} fail_timeout=1s; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        ssl_protocols TLSv1.3;
        location / {{
            proxy_pass http://centre;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_next_upstream error timeout non_idempotent;
        }}
    }}
}}
"""


class Nginx:
    """Ends TLS on `port` for the API processes on `upstream` and `second`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder
        self.upstream, self.second, self.port = 0, free_port(), free_port()
        self.url = f"https://{HOST}:{self.port}"
        self.authority = folder / "ca.pem"
        _certificates(folder)

    async def start(self) -> None:
        config = self.folder / "nginx.conf"
        ports = {"first": self.upstream, "second": self.second, "port": self.port}
        config.write_text(CONFIG.format(folder=self.folder, **ports), encoding="ascii")
        self._process = subprocess.Popen(
            ["nginx", "-p", str(self.folder), "-c", str(config)], stderr=subprocess.DEVNULL
        )
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection(HOST, self.port)
                writer.close()
                return
            if self._process.poll() is not None:
                raise SystemExit(f"nginx did not start: {(self.folder / 'nginx.log').read_text(encoding='utf-8')}")
            await asyncio.sleep(0.01)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def tls(folder: Path, seed: int) -> dict[str, Any]:
    """Counts of the kiosk and of the crowd together; `kills` of one of the two API processes."""
    if shutil.which("nginx") is None:
        return {"left_out": "nginx is not here: apt-get install nginx", "ok": False}
    rng, nginx = random.Random(seed), Nginx(folder / "nginx")
    site = {**FAST, "sync": {**FAST["sync"], "ca_file": str(nginx.authority), "timeout_s": 5}}
    with (
        postgres.server() as server,
        World(folder, nginx, seed=seed, site=site, database=server.create("tls")) as world,
    ):
        second = world.another_centre(nginx.second)
        try:
            crowd = _Crowd(world, nginx)
            world.start_daemon()
            crowd.start()
            for victim in (second, world.centre, second):
                before = len(world.kept)
                world.keep(KEPT // 3)
                world.wait_until_settled(before + rng.randrange(KEPT // 6))
                world.kill(victim)
            world.wait_until_settled(len(world.kept))
            crowd.join()
            clean = world.end()
            found = world.check()
            arrived, different = crowd.counted()
        finally:
            nginx.stop()
            second.kill()
        sent = CROWD * REQUESTS * EACH
        return found | {
            "attempted": found["attempted"] + sent,
            "acked": found["acked"] + crowd.acked,
            "lost": found["lost"] + sent - different,
            "duplicated": found["duplicated"] + arrived - different,
            "failed_requests": crowd.failed,
            "kills": world.kills["kiosk-central"],
            "ok": clean,
        }


class _Crowd:
    """Other kiosks over TLS: each sends a request again until the centre has signed for it."""

    def __init__(self, world: World, nginx: Nginx) -> None:
        self._world, self._nginx = world, nginx
        self._context = ssl.create_default_context(cafile=str(nginx.authority))
        keys = public_keys(world.central_home)
        made = [MadeKiosk(f"ramai-{number}", *keys) for number in range(CROWD)]
        register(world.central_home, world.database, [one.row() for one in made])
        self._answer_key = keys[1]
        self._queues = [[one.sent(EACH) for _ in range(REQUESTS)] for one in made]
        self.acked = self.failed = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def counted(self) -> tuple[int, int]:
        """Rows of the crowd at the centre, and how many different records they are."""
        table = schema.enrolment.c
        query = sa.select(sa.func.count(), sa.func.count(sa.distinct(table.hash))).where(table.kiosk.like("ramai-%"))
        with (
            closing(Database.open(self._world.central_home, self._world.database)) as opened,
            opened.read() as connection,
        ):
            rows, different = connection.execute(query).one()
        return rows, different

    async def _all(self) -> None:
        await asyncio.gather(*(self._kiosk(queue) for queue in self._queues))

    async def _kiosk(self, queue: list[Sent]) -> None:
        for sent in queue:
            while not await self._signed_for(sent):
                self.failed += 1
                await asyncio.sleep(PAUSE_S)
            self.acked += sent.records

    async def _signed_for(self, sent: Sent) -> bool:
        try:
            reader, writer = await asyncio.open_connection(HOST, self._nginx.port, ssl=self._context)
            try:
                writer.write(head(sent, HOST) + sent.body)
                answer = await read(reader)
            finally:
                writer.close()
            if answer is None or not answer.head.startswith(b"HTTP/1.1 200"):
                return False
            return wire.open_answer(answer.body, self._answer_key).root == sent.root
        except (OSError, EOFError):
            return False


def _certificates(folder: Path) -> None:
    """ca.pem, server.pem and server.key: an authority of our own, and a server that it vouches for."""
    authority, server = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "market kiosk test authority")])
    ours = x509.BasicConstraints(ca=True, path_length=0)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    (folder / "ca.pem").write_bytes(_signed(issuer, issuer, authority, authority, ours, critical=True))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    (folder / "server.pem").write_bytes(_signed(subject, issuer, server, authority, address, critical=False))
    (folder / "server.key").write_bytes(server.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _signed(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, by: EllipticCurvePrivateKey,
    extension: x509.ExtensionType, *, critical: bool,
) -> bytes:  # fmt: skip
    now = datetime.datetime.now(datetime.UTC)
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(extension, critical=critical)
    )
    return unsigned.sign(by, hashes.SHA256()).public_bytes(Encoding.PEM)
