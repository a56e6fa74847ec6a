"""The folder as an object store keeps the promises of the port."""

from pathlib import Path

import pytest

from shared.adapters.blobs_files import INCOMING, FileBlobs
from shared.ports.blobs import Blobs
from tests.contract.blobs_suite import BlobsSuite, breaking


class FilesRig:
    def __init__(self, root: Path) -> None:
        self.root = root

    async def open(self) -> Blobs:
        return FileBlobs(self.root)


@pytest.fixture
def rig(tmp_path: Path) -> FilesRig:
    return FilesRig(tmp_path / "blobs")


class TestFileBlobs(BlobsSuite):
    """Whole files in a folder."""

    async def test_no_unfinished_file_and_no_empty_folder_stays(self, rig: FilesRig) -> None:
        blobs = await rig.open()
        with pytest.raises(RuntimeError):
            await blobs.put_stream("a/b", breaking(b"x", failure=RuntimeError()))
        await blobs.put("a/b/c/d", b"x")
        await blobs.delete("a/b/c/d")
        await blobs.put("e/f/g", b"x")
        await blobs.delete_prefix("e")
        assert [path.name for path in rig.root.rglob("*")] == [INCOMING]

    async def test_what_a_killed_process_left_unfinished_goes_at_the_next_start(self, rig: FilesRig) -> None:
        await rig.open()
        (rig.root / INCOMING / "tmp_left").write_bytes(b"half")
        blobs = await rig.open()
        assert list((rig.root / INCOMING).iterdir()) == []
        await blobs.ping()

    async def test_blobs_are_for_their_owner_only(self, rig: FilesRig) -> None:
        blobs = await rig.open()
        await blobs.put("a/b", b"x")
        assert (rig.root / "a" / "b").stat().st_mode & 0o077 == 0
