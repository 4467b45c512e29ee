"""schemathesis over the centre's own OpenAPI: whatever the description allows or forbids, no answer may be a 5xx."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from faults_link import HOST, Background, Link
from faults_world import Program, free_port

_CHECKS = "not_a_server_error"
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def api(folder: Path, cases: int, seed: int, database: str = "") -> dict[str, Any]:
    """`cases` that were really sent, counted on the way; `server_errors` must be nought."""
    home, port, link = folder / "centre", free_port(), Link()
    arguments = ["--home", str(home), "--port", str(port), *(["--database", database] if database else [])]
    program = Program("kiosk-central", folder / "centre.log", "sync.central", "serve", *arguments)
    try:
        program.ready()
        with Background() as background:
            link.upstream = port
            background.run(link.start())
            url = f"http://{HOST}:{link.port}/openapi.json"
            with urllib.request.urlopen(url, timeout=30) as answer:
                described = json.load(answer)["paths"]
            operations = sum(method in _METHODS for path in described.values() for method in path)
            program_of_it = str(Path(sys.executable).with_name("schemathesis"))
            command = [
                program_of_it, "run", url, "--checks", _CHECKS, "--seed", str(seed),
                "--max-examples", str(max(1, cases // operations)), "--phases", "examples,coverage,fuzzing",
                "--generation-database", "none", "--max-failures", "10", "--continue-on-failure", "--no-color",
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
            said = done.stdout + done.stderr
            sent = link.up.requests
        return {
            "operations": operations,
            "sent": sent,
            "server_errors": said.count("Server error"),
            "said": said.splitlines()[-30:] if done.returncode else [],
            "ok": done.returncode == 0 and sent >= cases,
        }
    finally:
        if program.process.poll() is None:
            program.kill()
