"""`make servers`: private servers to try things on, until Ctrl-C."""

import os
import sys
from pathlib import Path

from tests.servers import run
from tests.servers.find import SERVERS, first_that_starts

_VARIABLES = {"rabbitmq": "SCOPE_BUS_URL", "mongodb": "SCOPE_STORE_URL", "s3": "SCOPE_BLOBS_URL"}
_PLACES = {"rabbitmq": "", "mongodb": "scope", "s3": "scope"}


def main() -> None:
    run.begin()
    try:
        for name, (_, *ways) in SERVERS.items():
            print(f"starting {name}", file=sys.stderr)
            started = run.shared(name, lambda folder, ways=ways: first_that_starts(folder, *ways))
            print(f"export {_VARIABLES[name]}={started.url}{_PLACES[name]}", flush=True)
        print(f"data in {os.environ[run.FOLDER]}; Ctrl-C stops and removes all of it", file=sys.stderr)
        sys.stdin.read() if not sys.stdin.isatty() else _until_interrupted()
    except KeyboardInterrupt:
        pass
    finally:
        run.end()


def _until_interrupted() -> None:
    import signal

    signal.pause()


if __name__ == "__main__":
    Path.cwd()
    main()
