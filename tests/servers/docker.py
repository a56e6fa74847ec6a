"""Test servers as containers, where Docker runs and has the images or can get them. Versions are pinned here."""

import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers.run import NotHere, Started

RABBITMQ = "rabbitmq:4.1-alpine"
MONGODB = "mongo:8.0"
S3 = "chrislusf/seaweedfs:3.97"


def client() -> Any:
    """A Docker client that answers; NotHere when there is none."""
    _somebody_listens()
    try:
        import docker

        found = docker.from_env(timeout=10)
        found.ping()
    except Exception as error:
        raise NotHere(f"Docker does not answer: {error}") from error
    return found


def _somebody_listens() -> None:
    """Docker's own client leaves a socket open when it finds nobody."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(host.removeprefix("unix://"))
        except OSError as error:
            raise NotHere(f"no Docker at {host}") from error


def _running(image: str, port: int, prepare: Callable[[Any], None] | None = None) -> tuple[Any, int]:
    """The container and the port on loopback that leads to it."""
    client().close()
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(image).with_exposed_ports(port)
    if prepare is not None:
        prepare(container)
    try:
        container.start()
    except Exception as error:
        raise NotHere(f"no container of {image}: {error}") from error
    return container, int(container.get_exposed_port(port))


def _started(container: Any, url: str, image: str) -> Started:
    return Started(url, f"container of {image}", containers=[container.get_wrapped_container().id])


def rabbitmq(folder: Path) -> Started:
    container, port = _running(RABBITMQ, 5672)
    return _started(container, f"amqp://guest:guest@127.0.0.1:{port}/", RABBITMQ)


def mongodb(folder: Path) -> Started:
    container, port = _running(MONGODB, 27017)
    return _started(container, f"mongodb://127.0.0.1:{port}/", MONGODB)


def s3(folder: Path) -> Started:
    """SeaweedFS takes any key until one is configured, and checks signatures of those that are."""
    identity = (
        '{"identities":[{"name":"t","credentials":[{"accessKey":"scope-test","secretKey":"scope-test-secret"}],'
    )
    identity += '"actions":["Admin"]}]}'
    file = folder / "s3.json"
    file.write_text(identity)

    def prepare(container: Any) -> None:
        container.with_volume_mapping(str(file), "/etc/s3.json").with_command("server -s3 -s3.config=/etc/s3.json")

    container, port = _running(S3, 8333, prepare)
    return _started(container, f"s3+http://scope-test:scope-test-secret@127.0.0.1:{port}/", S3)


def remove(container_id: str) -> None:
    with contextlib.suppress(Exception):
        client().containers.get(container_id).remove(force=True, v=True)
