"""A RabbitMQ node of its own: Debian's package, loopback only, own node name, ports and data.

https://www.rabbitmq.com/docs/configure explains the variables.
"""

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.servers.run import (
    NotHere,
    Started,
    alive,
    command_lines,
    end_process,
    environment,
    free_port,
    tail,
    wait_for_port,
)

INSTALL = "apt-get install --no-install-recommends rabbitmq-server"
_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@dataclass
class Node:
    """Can be started, stopped and killed again and again; its data stays."""

    folder: Path
    port: int
    epmd: int  # Erlang's port mapper, one of our own
    pid: int = 0

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        self._configure()
        self._pid_file.unlink(missing_ok=True)
        log = self.folder / "start.log"
        with log.open("ab") as out:
            command = [shutil.which("rabbitmq-server") or _SERVER, "-detached"]
            subprocess.run(command, env=self._environment(), stdout=out, stderr=out, check=False, timeout=60)
        wait_for_port(self.port, log)
        self.pid = int(self._pid_file.read_text())

    @property
    def pids(self) -> list[int]:
        """The node and its port mapper."""
        mapper = [pid for pid, words in command_lines() if "epmd" in words and f"{self.epmd}" in environment(pid)]
        return [self.pid, *mapper]

    def kill(self) -> None:
        os.kill(self.pid, 9)
        while alive(self.pid):
            time.sleep(0.02)

    def stop(self) -> None:
        for pid in self.pids:
            end_process(pid, patience=20)

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says."""
        command = ["rabbitmqctl", *words]
        done = subprocess.run(
            command,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            cwd=self.folder,
        )
        return done.stdout

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"

    def _configure(self) -> None:
        for name in ("mnesia", "log"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "env.conf").write_text("")
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{self.port}",
            "disk_free_limit.absolute = 100MB",
            "log.console = false",
        ]
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        if os.geteuid() == 0:  # the package's script changes to this user
            subprocess.run(["chown", "-R", "rabbitmq", str(self.folder)], check=False)

    def _environment(self) -> dict[str, str]:
        erlang = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none"
        return {
            **os.environ,
            "RABBITMQ_NODENAME": f"scope{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.port + 20000 if self.port < 40000 else self.port - 20000),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self._pid_file),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": erlang,
        }


def opened_up(folder: Path) -> None:
    """Let the user that the node changes to into one of pytest's folders."""
    for each in (folder, *folder.parents):
        if each == Path(tempfile.gettempdir()):
            return
        each.chmod(0o755)


def available() -> None:
    """NotHere when the package is not installed."""
    if not (shutil.which("rabbitmq-server") or Path(_SERVER).exists()):
        raise NotHere(f"no RabbitMQ on this machine: {INSTALL}, or `make services`")


def start(folder: Path) -> Started:
    available()
    node = Node(folder, free_port(), free_port())
    try:
        node.start()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise NotHere(f"RabbitMQ does not start: {error}; {tail(folder / 'start.log')}") from error
    return Started(node.url, "RabbitMQ of this machine", node.pids)
