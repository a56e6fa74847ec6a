"""A server that speaks MongoDB's wire protocol: SecantusDB, in a virtual environment of its own (`make services`).

It is not mongod: what passes here passes on its subset (indexes, conditional updates, aggregation).
"""

import os
from pathlib import Path

from tests.servers.run import NotHere, Started, free_port, spawned, wait_for_port

PLACE = Path(__file__).parents[2] / ".servers" / "mongodb"


def available() -> Path:
    server = Path(os.environ.get("SCOPE_TEST_SECANTUS", PLACE / "bin" / "secantusd-py"))
    if not server.exists():
        raise NotHere(f"no MongoDB-wire server at {server}: run `make services`")
    return server


def start(folder: Path) -> Started:
    server, port, log = available(), free_port(), folder / "server.log"
    options = ["--host", "127.0.0.1", "--port", str(port), "--storage-path", str(folder / "data")]
    words = [str(server), *options, "--log-level", "WARNING", "--cache-size", "256M"]
    pid = spawned(words, log, folder)
    wait_for_port(port, log)
    return Started(f"mongodb://127.0.0.1:{port}/", "SecantusDB (MongoDB's wire protocol)", [pid])
