"""schemathesis over the centre's own OpenAPI: whatever the description allows or forbids, no answer may be a 5xx."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from faults_link import HOST, Background, Link
from faults_world import Program, free_port
from made_records import MadeKiosk, register

KIOSK = "kios-skema"
_HERE = Path(__file__).parent
_CHECKS = "not_a_server_error"
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def api(folder: Path, cases: int, seed: int, database: str = "") -> dict[str, Any]:
    """`cases` that were really sent, counted on the way; `server_errors` must be nought."""
    home, port, link = folder / "centre", free_port(), Link()
    arguments = ["--home", str(home), "--port", str(port), *(["--database", database] if database else [])]
    program = Program("kiosk-central", folder / "centre.log", "sync.central", "serve", *arguments)
    try:
        program.ready()
        kiosk = MadeKiosk(KIOSK)
        register(home, database, [kiosk.row()])
        environment = {
            "SCHEMATHESIS_HOOKS": "faults_hooks",
            "PYTHONPATH": str(_HERE),
            "KIOSK_KEY": kiosk.identity.signing_key.private_bytes_raw().hex(),
        }
        with Background() as background:
            link.upstream = port
            background.run(link.start())
            url = f"http://{HOST}:{link.port}/openapi.json"
            with urllib.request.urlopen(url, timeout=30) as answer:
                described = json.load(answer)["paths"]
            operations = [method for path in described.values() for method in path if method in _METHODS]
            program_of_it = str(Path(sys.executable).with_name("schemathesis"))
            command = [
                program_of_it, "run", url, "--checks", _CHECKS, "--seed", str(seed),
                "--max-examples", str(max(1, cases // 2)), "--phases", "examples,coverage,fuzzing",
                "--generation-database", "none", "--max-failures", "10", "--continue-on-failure", "--no-color",
            ]  # fmt: skip
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, cwd=folder, env=os.environ | environment
            )
            sent, statuses = link.up.requests, link.down.statuses
        errors = sum(count for status, count in statuses.items() if status >= 500)
        return {
            "operations": len(operations),
            "sent": sent,
            "server_errors": errors,
            "statuses": {str(status): count for status, count in sorted(statuses.items())},
            "said": (done.stdout + done.stderr).splitlines()[-30:] if done.returncode else [],
            "ok": done.returncode == 0 and not errors and sent >= cases,
        }
    finally:
        if program.process.poll() is None:
            program.kill()
