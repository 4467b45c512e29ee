"""The plain way, for `bench sync`: one POST for each record, as the forms of a hundred field projects are sent.

`server FOLDER` says `ready PORT`; `client FOLDER URL` obeys JSON lines.
"""

import json
import sqlite3
import sys
import time
from pathlib import Path

HOST = "127.0.0.1"


def server(folder: Path) -> None:
    import socket

    import uvicorn
    from fastapi import FastAPI, Request

    app = FastAPI()
    database = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode = wal")
    database.execute("PRAGMA synchronous = full")
    database.execute("CREATE TABLE enrolment (code TEXT PRIMARY KEY, body TEXT)")

    @app.post("/enrolments")
    async def enrolment(request: Request) -> dict[str, str]:
        body = await request.body()
        code = json.loads(body)["code"]
        database.execute("INSERT INTO enrolment VALUES (?, ?) ON CONFLICT DO NOTHING", (code, body.decode()))
        return {"status": "accepted", "code": code}

    listening = socket.socket(proto=socket.IPPROTO_TCP)  # named, so that asyncio sends small answers at once
    listening.bind((HOST, 0))
    print(f"ready {listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])


def client(url: str) -> None:
    import requests

    waiting: list[str] = []
    with requests.Session() as session:
        for line in sys.stdin:
            asked = json.loads(line)
            began = time.perf_counter()
            if "keep" in asked:
                waiting += Path(asked["keep"]).read_text(encoding="utf-8").splitlines()
            else:
                while waiting:
                    headers = {"Content-Type": "application/json"}
                    session.post(f"{url}/enrolments", waiting[0].encode(), headers=headers).raise_for_status()
                    waiting.pop(0)
            print(json.dumps({"s": time.perf_counter() - began}), flush=True)


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    if sys.argv[1] == "server":
        server(Path(sys.argv[2]))
    else:
        client(sys.argv[3])
