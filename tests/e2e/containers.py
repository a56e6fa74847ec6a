"""The images as containers: read-only, as a user without rights, on the network of this machine."""

import asyncio
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.cluster import Cluster
from tests.e2e.processes import PATIENCE_S, Command
from tests.require import missing

ROOT = Path(__file__).parents[2]
TAG = "test"
_IMAGES = {"gateway": "gateway", "ingest": "ingest", "prompter": "prompter", "topology": "ingest"}
_LOCKED_DOWN = (
    "--read-only", "--user", "10001", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--tmpfs", "/tmp:mode=1777,size=1g", "--network", "host", "--init",
)  # fmt: skip


def docker(*words: str, timeout: float = 60) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=timeout, check=True)
    return done.stdout.strip()


def available() -> None:
    """Skip, or fail where nothing may be skipped, when Docker or the images are not there."""
    try:
        found = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").split()
    except (OSError, subprocess.SubprocessError) as error:
        missing(f"no Docker here: {error}")
    wanted = {f"claude-scope-{name}:{TAG}" for name in ("gateway", "ingest", "prompter", "analysis")}
    if not wanted <= set(found):
        missing(f"images are missing: deploy/images.sh {TAG} makes {', '.join(sorted(wanted - set(found)))}")


@dataclass
class Container(Command):
    """A command inside its image."""

    name: str = ""

    async def start(self) -> str:
        image = _IMAGES.get(self.words[0], "analysis")
        security = ("--security-opt", f"seccomp={ROOT}/deploy/k8s/seccomp/scope-chromium.json")
        variables = [word for item in self.environment.items() for word in ("--env", "=".join(item))]
        command = ["run", *self.words] if self.words[0] in _KINDS else list(self.words)
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                "docker", "run", "--rm", "--name", self.name, *_LOCKED_DOWN,
                *(security if self.words[0] == "aria" else ()), *variables, f"claude-scope-{image}:{TAG}", *command,
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = (await self.process.stdout.readline()).decode().strip()
        assert line, f"`{' '.join(self.words)}` said nothing; see {self.log}"
        return line

    async def end(self, number: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        if process.returncode is None:
            await asyncio.to_thread(docker, "kill", "--signal", number.name, self.name)
        async with asyncio.timeout(PATIENCE_S):
            return await process.wait()


_KINDS = ("gateway", "ingest", "prompter", "frames", "vision", "aria")


@dataclass
class Containers(Cluster):
    started: int = field(default=0)

    def command(self, *words: str, **more: str) -> Command:
        self.started += 1
        settings = {**self.settings(**more), "SCOPE_DATA_DIR": "/tmp/scope"}
        name = f"{self.bus_url.rpartition('=')[2]}-{words[0]}-{self.started}"
        return Container(words, settings, self.data.parent / f"{words[0]}.log", name=name)
