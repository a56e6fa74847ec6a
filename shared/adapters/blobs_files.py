"""The object store as a folder. Whole files appear by renaming; unfinished ones lie under `incoming~/`.

A key may not be the folder of another one (`a` beside `a/b`), which real object stores would allow.
"""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from shared.model.errors import Unavailable
from shared.ports.blobs import BlobInfo, BlobMissing, checked_key

INCOMING = "incoming~"  # `~` can stand in no key

T = TypeVar("T")
_MISSING = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG}
_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}
_TRIES = 5  # for a folder that a concurrent delete removes under our hands


class FileBlobs:
    def __init__(self, root: Path) -> None:
        """Make the folder if need be. One process owns it. Raises Unavailable."""
        self._root = root
        self._incoming = root / INCOMING
        with _on_disk(root):
            self._incoming.mkdir(parents=True, exist_ok=True)
            for leftover in self._incoming.iterdir():  # of a process that was killed
                leftover.unlink(missing_ok=True)

    async def put(self, key: str, data: bytes) -> None:
        async def one() -> AsyncIterator[bytes]:
            yield data

        await self.put_stream(key, one())

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        target, size = self._path(key), 0
        with _on_disk(self._root):
            handle, name = tempfile.mkstemp(dir=self._incoming)
        try:
            async for chunk in chunks:
                await self._write(_write_all, handle, chunk)
                size += len(chunk)
            await self._write(_publish, handle, Path(name), target)
        finally:
            os.close(handle)
            Path(name).unlink(missing_ok=True)
        return size

    async def _write(self, work: Callable[..., None], *args: object) -> None:
        """In a thread. Failures of the disk are told apart from those of the source, which may be OSErrors too."""
        with _on_disk(self._root):
            await _in_thread(lambda: work(*args))

    async def get(self, key: str) -> bytes:
        path = self._path(key)
        with _on_disk(self._root), _missing(key):
            return await asyncio.to_thread(path.read_bytes)

    async def fetch(self, key: str, path: Path) -> None:
        source = self._path(key)
        with _on_disk(path.parent), _missing(key, source):
            await _in_thread(lambda: _link_or_copy(source, path))

    async def info(self, key: str) -> BlobInfo:
        path = self._path(key)
        with _on_disk(self._root), _missing(key):
            return await asyncio.to_thread(_file_info, key, path)

    async def delete(self, key: str) -> None:
        path = self._path(key)
        with _on_disk(self._root):
            await _in_thread(lambda: _unlink(path))
        self._remove_empty(path.parent)

    async def delete_prefix(self, prefix: str) -> int:
        folder = self._path(prefix)
        with _on_disk(self._root):
            count = await _in_thread(lambda: sum(map(_unlink, _files(folder))))
        with suppress(OSError):  # what remains are folders, or a file that was written just now
            await _in_thread(lambda: _remove_folders(folder))
        self._remove_empty(folder.parent)
        return count

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        folder = self._path(prefix) if prefix else self._root
        for info in await asyncio.to_thread(_listing, self._root, folder):
            yield info

    async def ping(self) -> None:
        with _on_disk(self._root):
            handle, name = tempfile.mkstemp(dir=self._incoming)
            try:
                os.write(handle, b"ping")  # an empty file fits on a full disk
            finally:
                os.close(handle)
                Path(name).unlink()

    async def close(self) -> None:
        """Nothing is held open."""

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _remove_empty(self, folder: Path) -> None:
        """Folders are not part of the promise; empty ones go, up to the root."""
        while folder != self._root and self._root in folder.parents:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent


async def _in_thread(work: Callable[[], T]) -> T:
    """Like to_thread, but a cancelled caller waits until the thread has let go of its files."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        raise


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _publish(descriptor: int, part: Path, target: Path) -> None:
    """The whole file appears under its name, on the disk and not only in its cache."""
    os.fsync(descriptor)
    for attempt in range(1, _TRIES + 1):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)
            break
        except FileNotFoundError:
            if attempt == _TRIES:
                raise
    with suppress(FileNotFoundError):  # somebody deletes it already
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unlink(path: Path) -> bool:
    """Whether there was a file."""
    try:
        path.unlink()
    except OSError as error:
        if error.errno not in _MISSING:
            raise
        return False
    return True


def _files(folder: Path) -> list[Path]:
    """All files below; folders that vanish meanwhile are passed over."""
    return [Path(place, name) for place, _, names in os.walk(folder) for name in names]


def _listing(root: Path, folder: Path) -> list[BlobInfo]:
    """In the order of keys, which is not that of paths: `a-b/x` comes before `a/x`."""
    found = []
    for path in _files(folder):
        if root / INCOMING not in path.parents:
            with suppress(FileNotFoundError):  # deleted while we listed
                found.append(_info(path.relative_to(root), path.stat()))
    return sorted(found, key=lambda info: info.key)


def _remove_folders(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            Path(place).rmdir()


def _info(key: Path, status: os.stat_result) -> BlobInfo:
    return BlobInfo(key.as_posix(), status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _file_info(key: str, path: Path) -> BlobInfo:
    if not path.is_file():  # a folder is no blob
        raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
    return _info(Path(key), path.stat())


def _link_or_copy(source: Path, target: Path) -> None:
    """A hard link costs nothing; another file system, or one without links, costs a copy."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reader, target.open("xb") as writer:
        try:
            shutil.copyfileobj(reader, writer)
        except BaseException:
            target.unlink()
            raise


@contextmanager
def _missing(key: str, source: Path | None = None) -> Iterator[None]:
    """Say BlobMissing, unless `source` is there and something else was missing."""
    try:
        yield
    except OSError as error:
        if error.errno not in _MISSING or (source is not None and source.is_file()):
            raise
        raise BlobMissing(f"Nothing is stored under {key}.") from error


@contextmanager
def _on_disk(place: Path) -> Iterator[None]:
    """Failures of the disk are Unavailable, with what to do about them."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            message = f"The disk that holds {place} is full. Free some space and try again."
        else:
            message = f"{place} cannot be used: {error.strerror}. Check that it exists and who owns it."
        raise Unavailable(message) from error
