"""The object store as a folder. Whole files appear by renaming; unfinished ones lie under `.incoming/`."""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from shared.model.errors import Unavailable
from shared.ports.blobs import BlobInfo, BlobMissing, checked_key

INCOMING = ".incoming"


class FileBlobs:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / INCOMING
        self._incoming.mkdir(parents=True, exist_ok=True)
        for leftover in self._incoming.iterdir():  # of a process that was killed: one process owns the folder
            leftover.unlink(missing_ok=True)

    async def put(self, key: str, data: bytes) -> None:
        async def one() -> AsyncIterator[bytes]:
            yield data

        await self.put_stream(key, one())

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        target = self._path(key)
        handle, name = tempfile.mkstemp(dir=self._incoming)
        part, size = Path(name), 0
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                async for chunk in chunks:
                    await asyncio.to_thread(_write_all, file.fileno(), chunk)
                    size += len(chunk)
                await asyncio.to_thread(os.fsync, file.fileno())
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)
        except OSError as error:
            raise _unavailable(error, self._root) from error
        finally:
            part.unlink(missing_ok=True)
        return size

    async def get(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except (FileNotFoundError, IsADirectoryError) as error:
            raise BlobMissing(f"Nothing is stored under {key}.") from error

    async def fetch(self, key: str, path: Path) -> None:
        try:
            await asyncio.to_thread(_link_or_copy, self._path(key), path)
        except (FileNotFoundError, IsADirectoryError) as error:
            raise BlobMissing(f"Nothing is stored under {key}.") from error
        except OSError as error:
            raise _unavailable(error, path.parent) from error

    async def delete(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        self._remove_empty(path.parent)

    async def delete_prefix(self, prefix: str) -> int:
        folder = self._path(prefix)
        count = len(await asyncio.to_thread(_files, folder))
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        self._remove_empty(folder.parent)
        return count

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        folder = self._path(prefix) if prefix else self._root
        for path in await asyncio.to_thread(_files, folder):
            if self._incoming in path.parents:
                continue
            try:
                status = path.stat()
            except FileNotFoundError:  # deleted while we listed
                continue
            key = path.relative_to(self._root).as_posix()
            yield BlobInfo(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    async def ping(self) -> None:
        try:
            handle, name = tempfile.mkstemp(dir=self._incoming)
            os.close(handle)
            Path(name).unlink()
        except OSError as error:
            raise _unavailable(error, self._root) from error

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


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []


def _link_or_copy(source: Path, target: Path) -> None:
    """A hard link costs nothing; another file system, or one without links, costs a copy."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP}:
            raise
        shutil.copyfile(source, target)


def _unavailable(error: OSError, place: Path) -> Unavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Unavailable(f"The disk that holds {place} is full. Free some space and try again.")
    return Unavailable(f"{place} cannot be written: {error.strerror}. Check that it exists and who owns it.")
