"""What an operator's Prometheus reads: what this process has done, and how the fleet is. Only numbers."""

import ipaddress
from collections.abc import Iterator

import sqlalchemy as sa
from fastapi import Request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.clock import Clock
from sync.central import alarms, arrivals, mastering
from sync.central.bodies import Refusal
from sync.central.database import Database
from sync.central.exchange import Exchanged
from sync.central.schema import heartbeat, kiosk

LOOPBACK, ALL, NONE = "loopback", "all", "none"  # who may read them
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter("central_answers", "Answers by status.", ["status"], registry=self._registry)
        self._records = Counter("central_records", "Records by verdict.", ["verdict"], registry=self._registry)
        self._bytes = Counter("central_bytes", "Bytes of sync bodies.", ["direction"], registry=self._registry)
        self.seconds = Histogram(
            "central_sync_seconds", "From a whole body to its answer.", buckets=_SECONDS, registry=self._registry
        )
        self.waiting = Gauge("central_requests_waiting", "Requests that wait for a turn.", registry=self._registry)
        ProcessCollector(registry=self._registry)
        self._registry.register(_Fleet(database, clock))

    def answered(self, status: int) -> None:
        self._answers.labels(str(status)).inc()

    def exchanged(self, one: Exchanged, body: bytes) -> None:
        for judged in one.answer.verdicts:
            self._records.labels(str(judged.verdict)).inc(judged.last - judged.first + 1)
        self._bytes.labels("up").inc(len(body))
        self._bytes.labels("down").inc(len(one.body))

    def text(self) -> bytes:
        """The Prometheus text format. Raises StoreError."""
        return bytes(generate_latest(self._registry))


class Counted:
    """ASGI middleware that counts every answer, also those to errors."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.answered(message["status"])
            await send(message)

        await self._app(scope, receive, counting)


class _Fleet(Collector):
    """Read from the database at every scrape, so that every process of a centre tells the same."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        now_ms = self._clock.wall_ms()
        known = sa.select(sa.func.count(), sa.func.count(kiosk.c.revoked_ms)).where(kiosk.c.public_key.is_not(None))
        beats = sa.select(
            sa.func.coalesce(sa.func.sum(heartbeat.c.waiting), 0),
            sa.func.coalesce(sa.func.sum(heartbeat.c.quarantined), 0),
            sa.func.min(heartbeat.c.received_ms),
        )
        with self._database.read() as connection:
            kiosks, revoked = connection.execute(known).one()
            waiting, quarantined, oldest = connection.execute(beats).one()
            unexamined = arrivals.waiting(connection)
            held = alarms.listed(connection)
            version = connection.scalar(sa.select(mastering.NEWEST))
        yield _gauge("central_kiosks", "Kiosks that have been provisioned.", kiosks)
        yield _gauge("central_kiosks_revoked", "Kiosks that are not listened to.", revoked)
        yield _gauge("central_kiosk_records_waiting", "Records that wait on the kiosks, as they said last.", waiting)
        yield _gauge("central_kiosk_records_quarantined", "Records that kiosks have set aside.", quarantined)
        silence_s = 0 if oldest is None else max(0, now_ms - oldest) / 1000
        yield _gauge("central_longest_silence_seconds", "Since the kiosk that was not heard of longest.", silence_s)
        yield _gauge("central_records_unexamined", "Records that the worker has not looked at.", unexamined)
        yield _gauge("central_master_version", "Newest version of the master data.", int(version or 0))
        raised = GaugeMetricFamily("central_alarms", "Alarms that hold.", labels=["kind"])
        for kind in alarms.Kind:
            raised.add_metric([str(kind)], sum(one.kind is kind for one in held))
        yield raised


def guard(request: Request, who: str) -> None:
    """Raises Refusal 404 for whom they are not. What came through a proxy is not from this machine."""
    forwarded = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    host = request.client.host if request.client else ""
    if who == ALL or (who == LOOPBACK and not forwarded and _is_loopback(host)):
        return
    raise Refusal(404, "not_found")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
