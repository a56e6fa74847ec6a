"""Disks that are small or cannot be written: real ones, in memory, where this machine lets us mount them."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.require import missing


class Disk:
    """A file system of its own in memory."""

    def __init__(self, place: Path, size: str) -> None:
        self.place = place
        place.mkdir()
        self._run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))

    def read_only(self, yes: bool = True) -> None:
        self._run("mount", "-o", f"remount,{'ro' if yes else 'rw'}", str(self.place))

    def fill(self) -> Path:
        """A file that takes all that is left; remove it to have room again."""
        ballast = self.place / "ballast"
        handle = os.open(ballast, os.O_CREAT | os.O_WRONLY)
        try:
            for size in (65536, 4096, 512, 1):
                while _wrote(handle, size):
                    pass
        finally:
            os.close(handle)
        return ballast

    def unmount(self) -> None:
        self._run("umount", "-l", str(self.place))

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=20)


def _wrote(handle: int, size: int) -> bool:
    try:
        return os.write(handle, b"x" * size) > 0
    except OSError:
        return False


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """One megabyte."""
    try:
        made = Disk(tmp_path / "disk", "1m")
    except (OSError, subprocess.CalledProcessError) as error:
        missing(f"a tmpfs cannot be mounted here (it takes root and CAP_SYS_ADMIN): {error}")
    yield made
    made.unmount()
