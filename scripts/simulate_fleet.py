"""Fills a centre on PostgreSQL with a believable fleet, for demonstrations and for measuring the console.

    scripts/simulate-fleet URL [--kiosks 10000] [--rounds 500] [--enrolments 200]
    scripts/simulate-fleet URL --live http://centre:8765 [--kiosks 50] [--minutes 2] [--an-hour 60]

Made by the database itself from a seed: most kiosks are well; some are silent, behind, short of disk, wrong by hours, a
few have gaps or forks, some paper runs low. Nobody in it is a person: the records are sealed noise that nothing opens.
With --live our own store and daemon run in many copies against a centre that serves this database (live_fleet.py), and
it ends with what was enrolled, what arrived, and exit code 1 when anything is missing.
"""

import argparse
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from kiosk import tables
from kiosk.clock import SystemClock
from sync.central.database import Database
from sync.central.migrations import migrate

_DAY_MS = 86_400_000
# Each statement makes one table. `:now` ms since 1970, `:kiosks`, `:rounds` and `:enrolments` of each kiosk.
_STATEMENTS = (
    """INSERT INTO kiosk (name, public_key, code_hash, provisioned_at, revoked, outcomes, region, market, branch, low,
              bad)
       SELECT 'sim-' || lpad(n::text, 5, '0'), decode(md5(n::text || 'a') || md5(n::text || 'b'), 'hex'),
              decode(md5(n::text || 'c') || md5(n::text || 'd'), 'hex'), :now - 200 * 86400000::bigint, n % 997 = 0, 0,
              (:regions)[1 + n % :places], (:markets)[1 + n % :places], (:regions)[1 + n % :places],
              CASE WHEN n % 29 = 0 THEN 'paper' ELSE '' END, CASE WHEN n % 83 = 0 THEN 'printer' ELSE '' END
       FROM generate_series(1, :kiosks) AS n""",
    """INSERT INTO heartbeat (kiosk, received_ms, boot, app, now_ms, mono_ms, waiting, quarantined, oldest_ms, last_seq,
              free_mb, rounds, master, more, wrong_ms, heat, closed)
       SELECT name, at, decode(md5(name), 'hex'), CASE WHEN n % 11 = 0 THEN '0.0.9' ELSE '0.1.0' END, at, 1000000,
              CASE WHEN n % 41 = 0 THEN 300 ELSE n % 3 END, CASE WHEN n % 211 = 0 THEN 2 ELSE 0 END,
              CASE WHEN n % 41 = 0 THEN at - 5 * 86400000::bigint ELSE at - 60000 END, :enrolments,
              CASE WHEN n % 173 = 0 THEN 120 ELSE 9000 + n % 5000 END, :rounds, 0, '{"heat": 51}',
              CASE WHEN n % 307 = 0 THEN 7200000 ELSE n % 900 END, CASE WHEN n % 401 = 0 THEN 84 ELSE 45 + n % 15 END,
              CASE WHEN n % 311 = 0 THEN 'service' ELSE '' END
       FROM (SELECT name, n,
                    :now - CASE WHEN n % 67 = 0 THEN 6 * 86400000::bigint ELSE (n % 600) * 1000::bigint END AS at
             FROM (SELECT name, substr(name, 5)::int AS n FROM kiosk) AS k) AS told""",
    """INSERT INTO round (kiosk, at_ms, mono_ms, first, last, accepted, duplicate, refused, cause, way, told, lacks,
              waiting, bytes_up)
       SELECT name, :now - r * 3600000::bigint - (n % 3600) * 1000, r * 3600000::bigint,
              CASE WHEN r % 3 = 0 THEN r ELSE 0 END, CASE WHEN r % 3 = 0 THEN r + 1 ELSE 0 END,
              CASE WHEN r % 3 = 0 THEN 2 ELSE 0 END, 0, CASE WHEN (r + n) % 499 = 0 THEN 1 ELSE 0 END,
              CASE WHEN (r + n) % 499 = 0 THEN 'signature' ELSE '' END, 'air', 0, 0, n % 5, 187 + (r % 3) * 120
       FROM (SELECT name, substr(name, 5)::int AS n FROM kiosk) AS k, generate_series(1, :rounds) AS r""",
    """INSERT INTO enrolment (kiosk, id, seq, hash, previous, received_ms, raw, day)
       SELECT name, md5(name || s)::uuid, s, decode(md5(name || s) || md5(s || name), 'hex'),
              decode(md5(name || (s - 1)) || md5((s - 1) || name), 'hex'), :now - (:enrolments - s) * 43200000::bigint,
              decode(repeat(md5(name || s), 18), 'hex'), (:now - (:enrolments - s) * 43200000::bigint) / 86400000
       FROM kiosk, generate_series(1, :enrolments) AS s""",
    """INSERT INTO examined (kiosk, id, seq, code, cause, examined_ms, mark)
       SELECT kiosk, id, seq, upper(substr(md5(id::text), 1, 11)), CASE WHEN seq % 53 = 0 THEN 'no_name' ELSE '' END,
              received_ms + 2000, decode(md5(id::text) || md5(kiosk || seq), 'hex') FROM enrolment""",
    """INSERT INTO person (mark, kiosk, id, until)
       SELECT mark, kiosk, id, :month - 6 + (seq % 13)::int FROM examined WHERE cause = ''""",
    """INSERT INTO member (association, mark, number, sealed, listed_ms, kiosk, id, joined_ms, until, state)
       SELECT (:codes)[1 + seq % :associations], mark, 'A-' || seq, '', 0, kiosk, id, examined_ms,
              :month - 6 + (seq % 13)::int, CASE WHEN seq % 7 = 0 THEN 'sent' ELSE 'accepted' END
       FROM examined WHERE cause = '' AND substr(kiosk, 5)::int % 97 = 0""",
    """INSERT INTO outcome (kiosk, n, id, state, cause, decided_ms, number, number_mark)
       SELECT kiosk, seq, id, CASE WHEN seq % 53 = 0 THEN 'refused' ELSE 'accepted' END,
              CASE WHEN seq % 53 = 0 THEN 'no_name' ELSE '' END, received_ms + 86400000, '', ''
       FROM enrolment WHERE seq % 7 <> 0""",
    """INSERT INTO tally (kiosk, week, enrolled, accepted, refused)
       SELECT kiosk, week, sum(e), sum(a), sum(r) FROM (
           SELECT kiosk, (examined_ms - 345600000) / 604800000 AS week, (cause = '')::int AS e, 0 AS a, 0 AS r
           FROM examined
           UNION ALL SELECT kiosk, (decided_ms - 345600000) / 604800000, 0, (state = 'accepted')::int,
                            (state = 'refused')::int FROM outcome) AS told GROUP BY kiosk, week""",
    """INSERT INTO act (kiosk, seq, id, kind, officer, at_ms, received_ms, facts)
       SELECT name, 1000000 + s, md5(name || 'act' || s)::uuid, CASE WHEN s = 1 THEN 'restocked' ELSE 'drawn' END,
              CASE WHEN s = 1 THEN '0417' ELSE '' END, :now - (12 - s) * 86400000::bigint,
              :now - (12 - s) * 86400000::bigint,
              CASE WHEN s = 1 THEN '{"item": "paper", "amount": 60000, "before": 0, "after": 60000}'
                   ELSE '{"item": "paper", "amount": ' || step || ', "before": ' || 60000 - step * (s - 2) ||
                        ', "after": ' || 60000 - step * (s - 1) || '}' END
       FROM (SELECT name, 800 + (substr(name, 5)::int % 9) * 600 AS step FROM kiosk) AS k,
            generate_series(1, 11) AS s""",
    """INSERT INTO alarm (kiosk, kind, first, last, raised_ms)
       SELECT name, CASE WHEN substr(name, 5)::int % 1009 = 0 THEN 'fork' ELSE 'gap' END, 10, 12, :now - 3600000
       FROM kiosk WHERE substr(name, 5)::int % 101 = 0 OR substr(name, 5)::int % 1009 = 0""",
)  # fmt: skip


def fill(url: str, kiosks: int, rounds: int, enrolments: int, now_ms: int) -> dict[str, int]:
    """How many rows of each there are afterwards."""
    places = [(region, market) for market in tables.markets() if (region := _regency(market))] or [("", "")]
    day = datetime.fromtimestamp(now_ms / 1000, UTC)
    codes = [one.code for one in tables.rules(day.date()).associations]
    values = {
        "month": day.year * 12 + day.month - 1, "codes": codes, "associations": len(codes), "now": now_ms,
        "kiosks": kiosks, "rounds": rounds, "enrolments": enrolments, "places": len(places),
        "regions": [region for region, _ in places], "markets": [market for _, market in places],
    }  # fmt: skip
    engine = sa.create_engine(url)
    try:
        for statement in _STATEMENTS:
            with engine.begin() as connection:
                text = sa.text(statement)
                used = {name: value for name, value in values.items() if name in text._bindparams}
                typed = [
                    sa.bindparam(name, type_=sa.ARRAY(sa.Text))
                    for name in ("regions", "markets", "codes")
                    if name in used
                ]
                connection.execute(text.bindparams(*typed), used)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
            counted = {
                name: connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one()
                for name in ("kiosk", "round", "enrolment", "act")
            }
    finally:
        engine.dispose()
    return counted


def _regency(market: str) -> str:
    near = tables.markets_near(market)
    code = tables.region_of(market)
    found = tables.regions().find(code) if code else None
    return found.name if found else near[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="postgresql+psycopg://…, an empty database or a centre without kiosks")
    parser.add_argument("--kiosks", type=int, default=0, help="default 10000, with --live 50")
    parser.add_argument("--rounds", type=int, default=500, help="of each kiosk")
    parser.add_argument("--enrolments", type=int, default=200, help="of each kiosk")
    parser.add_argument("--live", default="", metavar="CENTRE", help="its address: kiosks that really run")
    parser.add_argument("--minutes", type=float, default=2, help="with --live: for so long")
    parser.add_argument("--an-hour", type=float, default=60, help="with --live: people who enrol at each kiosk")
    asked = parser.parse_args()
    if asked.live:
        return _live(asked)
    asked.kiosks = asked.kiosks or 10_000
    began, clock = time.monotonic(), SystemClock()
    database = Database.open(None, asked.url)  # type: ignore[arg-type] no home is needed beside a server
    migrate(database, clock)
    database.close()
    counted = fill(asked.url, asked.kiosks, asked.rounds, asked.enrolments, clock.wall_ms())
    print(", ".join(f"{number:,} {name}s" for name, number in counted.items()), f"in {time.monotonic() - began:.0f} s")
    return 0


def _live(asked: argparse.Namespace) -> int:
    import live_fleet  # late: filling needs neither a store nor a daemon

    with closing(Database.open(None, asked.url)) as database, tempfile.TemporaryDirectory() as folder:  # type: ignore[arg-type]
        migrate(database, SystemClock())
        seconds = asked.minutes * 60
        ran = live_fleet.run(database, asked.live, Path(folder), asked.kiosks or 50, seconds, asked.an_hour)
    print(
        f"{ran.kiosks} kiosks, {ran.enrolled:,} enrolled, {ran.visits} visits of officers, {ran.silences} fell silent: "
        f"{ran.records:,} records, {ran.arrived:,} arrived, {ran.records - ran.arrived} missing, {ran.seconds:.0f} s"
    )
    for cause, number in ran.failed.items():
        print(f"{number:>6}  {cause}")
    return int(ran.arrived != ran.records)


if __name__ == "__main__":
    raise SystemExit(main())
