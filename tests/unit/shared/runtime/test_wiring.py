"""Settings and what is wired from them: which URL takes which adapter, and what is said about the others."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.blobs_files import FileBlobs
from shared.adapters.bus_local import LocalBus
from shared.adapters.store_sqlite import SqliteStore
from shared.model.errors import Unavailable
from shared.runtime.installation import derived_secret, keys_dir, load_or_make, master_secret
from shared.runtime.settings import RuntimeSettings
from shared.runtime.wiring import Misconfigured, open_ports

_ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("name", ["data", "with space", "a#b?c", "100%25", "ü✓", "semi;colon&x=1"])
async def test_everything_lies_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    async with open_ports(RuntimeSettings(data_dir=folder)) as ports:
        assert isinstance(ports.store, SqliteStore)
        assert isinstance(ports.bus, LocalBus)
        assert isinstance(ports.blobs, FileBlobs)
        await ports.blobs.put("a", b"x")
    assert {path.name for path in folder.iterdir()} >= {"scope.db", "blobs"}
    assert (folder / "blobs" / "a").read_bytes() == b"x"
    assert [path.name for path in tmp_path.iterdir()] == [name]


async def test_a_relative_data_folder_lies_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_ports(RuntimeSettings(data_dir=Path("here"))) as ports:
        await ports.blobs.ping()
    assert (tmp_path / "here" / "scope.db").exists()


async def test_places_may_be_apart(tmp_path: Path) -> None:
    settings = RuntimeSettings(
        data_dir=tmp_path / "data",
        store_url=f"sqlite://{tmp_path}/one/my%20store.db",
        blobs_url=f"file://{tmp_path}/two",
    )
    async with open_ports(settings):
        pass
    assert (tmp_path / "one" / "my store.db").exists()
    assert (tmp_path / "two").is_dir()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("setting", "url", "words"),
    [
        ("store_url", "postgres://x/y", "SCOPE_STORE_URL starts with 'postgres', which no adapter takes"),
        ("store_url", "nonsense", "SCOPE_STORE_URL starts with ''"),
        ("blobs_url", "ftp://x", "SCOPE_BLOBS_URL starts with 'ftp'"),
        ("bus_url", "kafka://x", "SCOPE_BUS_URL starts with 'kafka'"),
        ("store_url", "sqlite://relative/scope.db", "must name an absolute path, as in sqlite:///"),
        ("store_url", "sqlite:scope.db", "must name an absolute path"),
        ("blobs_url", "file://host/x", "must name an absolute path, as in file:///"),
    ],
)
async def test_a_url_that_no_adapter_takes_is_named(tmp_path: Path, setting: str, url: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words.replace("(", "\\(")):
        async with open_ports(RuntimeSettings(**{"data_dir": tmp_path, setting: url})):
            pass


async def test_what_was_opened_is_closed_when_the_next_cannot_be(tmp_path: Path) -> None:
    settings = RuntimeSettings(data_dir=tmp_path, bus_url="kafka://x")
    with pytest.raises(Misconfigured):
        async with open_ports(settings):
            pass
    async with open_ports(RuntimeSettings(data_dir=tmp_path)) as ports:
        await ports.store.ping()
    with pytest.raises(Unavailable):
        await ports.store.ping()


def test_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOPE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SCOPE_DRAIN_GRACE", "3.5")
    monkeypatch.setenv("SCOPE_UNKNOWN", "x")
    settings = RuntimeSettings()
    assert (settings.data_dir, settings.drain_grace) == (tmp_path, 3.5)
    assert settings.store == f"sqlite://{tmp_path}/scope.db"


# Secrets of an installation


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first = master_secret(tmp_path)
    assert len(first) == 32
    assert master_secret(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "keys" / "master.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert master_secret(tmp_path, "configured") == b"configured"
    assert master_secret(tmp_path / "other") != first


def test_of_many_who_make_a_key_at_once_all_agree(tmp_path: Path) -> None:
    path = keys_dir(tmp_path) / "k"
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda number: load_or_make(path, b"%d" % number * 8), range(64)))
    assert len(set(made)) == 1
    assert [each.name for each in path.parent.iterdir()] == ["k"]


def test_derived_secrets_differ_by_purpose_and_master() -> None:
    made = {derived_secret(master, purpose) for master in (b"a", b"b") for purpose in ("x", "y")}
    assert len(made) == 4
    assert derived_secret(b"a", "x") == derived_secret(b"a", "x")


# Logs, in a process of their own: they are configured for the whole of it

_LOGGING = """
import logging, sys, structlog
from shared.runtime import logs
logs.configure("info", sys.argv[1])
log = structlog.get_logger("scope.test")
log.debug("hidden")
log.info("said", number=1, text="ü\\nnext")
logging.getLogger("library").warning("by a %s", "library")
logging.getLogger("aiohttp.access").info("hidden")
with structlog.contextvars.bound_contextvars(request_id="req-1"):
    try:
        raise ValueError("boom")
    except ValueError:
        log.exception("failed")
"""


def logged(form: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LOGGING, form],
        capture_output=True, text=True, check=True, cwd=_ROOT, env=environment, timeout=60,
    )  # fmt: skip
    assert run.stdout == ""
    return run.stderr.splitlines()


def test_logs_are_one_json_object_a_line() -> None:
    said, library, failed = (json.loads(line) for line in logged("json"))
    assert (said["event"], said["number"], said["text"], said["level"]) == ("said", 1, "ü\nnext", "info")
    assert (library["event"], library["logger"], library["level"]) == ("by a library", "library", "warning")
    assert (failed["request_id"], "ValueError: boom" in failed["exception"]) == ("req-1", True)
    assert said["timestamp"].endswith("Z")


def test_logs_for_people_are_lines_of_text() -> None:
    text = "\n".join(logged("console"))
    assert "said" in text
    assert "ValueError" in text
    assert "hidden" not in text
