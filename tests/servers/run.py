"""What the servers of one test run share: a folder, a lock per server, and the pids to end when the run ends.

Test processes of one run (xdist) share each server; the process that pytest was called in stops them all.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = "SCOPE_TEST_RUN_FOLDER"
_PATIENCE_S = 90.0


class NotHere(Exception):
    """This machine cannot provide the server; the message says what is missing."""


@dataclass(frozen=True)
class Started:
    """`url` is what a SCOPE_*_URL takes. `pids` are ours to end; `containers` too."""

    url: str
    origin: str  # where it comes from, for the report
    pids: list[int] = field(default_factory=list)
    containers: list[str] = field(default_factory=list)


def begin() -> None:
    """In the process that pytest was called in, before any test process starts."""
    folder = tempfile.mkdtemp(prefix="scope-servers-")
    Path(folder).chmod(0o755)  # servers may change to a user of their own
    os.environ[FOLDER] = folder


def end() -> None:
    """Stop every server that this run started, and forget its data."""
    folder = os.environ.pop(FOLDER, None)
    if folder is None:
        return
    for started in known(Path(folder)).values():
        stop(started)
    shutil.rmtree(folder, ignore_errors=True)


def known(folder: Path) -> dict[str, Started]:
    return {path.stem: Started(**json.loads(path.read_text())) for path in folder.glob("*.json")}


def shared(name: str, start: Callable[[Path], Started]) -> Started:
    """The run's server of this name; whoever comes first starts it in a folder of its own."""
    folder = Path(os.environ[FOLDER])
    note, failure = folder / f"{name}.json", folder / f"{name}.failed"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if failure.exists():  # nobody waits for it a second time
            raise NotHere(failure.read_text())
        if not note.exists():
            place = folder / name
            place.mkdir()
            try:
                note.write_text(json.dumps(asdict(start(place))))
            except NotHere as reason:
                failure.write_text(str(reason))
                raise
        return Started(**json.loads(note.read_text()))


def stop(started: Started) -> None:
    for pid in started.pids:
        end_process(pid, patience=1.0)  # its data goes too
    for container in started.containers:
        from tests.servers.docker import remove

        remove(container)


def end_process(pid: int, patience: float = 10.0) -> None:
    """SIGTERM, then SIGKILL for what is still there. Only pids that we started come here."""
    for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + wait
        while time.monotonic() < until and alive(pid):
            time.sleep(0.05)


def alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)  # our own child would stay as a zombie
    try:
        state = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
        )
    except OSError:
        return False
    return state != "Z"


def spawned(words: Sequence[str], log: Path, folder: Path) -> int:
    """The pid of a process that lives on when its starter, one of the test processes, ends."""
    script = 'log=$1; shift; "$@" >>"$log" 2>&1 </dev/null & echo $!'
    run = ["setsid", "sh", "-c", script, "sh", str(log), *words]
    return int(subprocess.run(run, cwd=folder, stdout=subprocess.PIPE, text=True, check=True, timeout=30).stdout)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, log: Path, patience: float = _PATIENCE_S) -> None:
    """Until something listens on loopback; NotHere, with the end of the log, when nothing does."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise NotHere(f"nothing listens on {port} after {patience:.0f} s; the log ends with: {tail(log)}")


def tail(log: Path, characters: int = 600) -> str:
    try:
        return log.read_text(errors="replace")[-characters:]
    except OSError:
        return "(there is no log)"


def command_lines() -> Iterator[tuple[int, str]]:
    """Pid and words of every process."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(folder.name), (folder / "cmdline").read_text(errors="replace").replace("\0", " ")


def environment(pid: int) -> list[str]:
    """The values of a process's variables."""
    try:
        words = Path(f"/proc/{pid}/environ").read_text(errors="replace").split("\0")
    except OSError:
        return []
    return [word.partition("=")[2] for word in words]
