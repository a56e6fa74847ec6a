"""Where a test server comes from: its URL in the environment, Docker, this machine's packages; else why not."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.require import missing
from tests.servers import docker, mongodb, rabbitmq, s3
from tests.servers.run import NotHere, Started, shared

Start = Callable[[Path], Started]

# Name: variable that names one, how to start it in Docker, how to start it from packages.
SERVERS: dict[str, tuple[str, Start, Start]] = {
    "rabbitmq": ("SCOPE_TEST_BUS_URL", docker.rabbitmq, rabbitmq.start),
    "mongodb": ("SCOPE_TEST_STORE_URL", docker.mongodb, mongodb.start),
    "s3": ("SCOPE_TEST_BLOBS_URL", docker.s3, s3.start),
}


def server(name: str) -> str:
    """Its URL. Skips the test, or fails it where nothing may be skipped, when none can be had."""
    variable, in_docker, from_packages = SERVERS[name]
    if variable in os.environ:
        return os.environ[variable]
    try:
        return shared(name, lambda folder: first_that_starts(folder, in_docker, from_packages)).url
    except NotHere as reason:
        missing(f"{reason}; or name one in {variable}")


def first_that_starts(folder: Path, *ways: Start) -> Started:
    """In a fresh folder each. The last way is tried twice: a port that was free may be taken by then."""
    reasons = []
    for number, start in enumerate((*ways, ways[-1])):
        place = folder / str(number)
        place.mkdir()
        place.chmod(0o755)
        try:
            return start(place)
        except NotHere as reason:
            reasons.append(str(reason))
    raise NotHere("; ".join(dict.fromkeys(reasons)))
