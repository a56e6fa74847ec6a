"""`make servers`: private servers to try things on, until Ctrl-C or SIGTERM."""

import os
import signal
import sys
import threading

from tests.servers import run
from tests.servers.find import SERVERS, first_that_starts

_SETTINGS = {
    "rabbitmq": ("SCOPE_BUS_URL", ""),
    "mongodb": ("SCOPE_STORE_URL", "scope"),
    "s3": ("SCOPE_BLOBS_URL", "scope"),
}


def main() -> None:
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    run.begin()
    try:
        for name, (_, *ways) in SERVERS.items():
            print(f"starting {name}", file=sys.stderr)
            started = run.shared(name, lambda folder, ways=ways: first_that_starts(folder, *ways))
            variable, place = _SETTINGS[name]
            print(f"export {variable}={started.url}{place}", flush=True)
        print(f"data in {os.environ[run.FOLDER]}; Ctrl-C stops the servers and removes it", file=sys.stderr)
        done.wait()
    finally:
        run.end()


if __name__ == "__main__":
    main()
