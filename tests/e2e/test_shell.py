"""The `scope` command as a person meets it: what it prints, where, and with which exit code."""

import json
import os
import subprocess
from pathlib import Path

import jwt
import pytest

from tests.e2e.processes import SCOPE
from tests.films import three_states

SAMPLES = Path(__file__).parents[2] / "samples"

pytestmark = [pytest.mark.e2e]


def scope(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SCOPE_")}
    return subprocess.run(
        [SCOPE, *arguments], capture_output=True, text=True, timeout=110, env={**clean, **environment}, check=False
    )


def test_frames_prints_json(tmp_path: Path) -> None:
    done = scope("frames", str(three_states(tmp_path / "film.webm")), "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert [frame["reason"] for frame in found["frames"]] == ["initial", "settled", "settled"]
    assert set(found["frames"][1]) == {"timestamp", "settledMs", "reason", "changedBoxes"}
    assert set(found["frames"][1]["changedBoxes"][0]) == {"x", "y", "width", "height"}
    assert 3000 <= found["durationMs"] <= 3700


def test_frames_of_a_part(tmp_path: Path) -> None:
    film = str(three_states(tmp_path / "film.webm"))
    found = json.loads(scope("frames", film, "--from-ms", "1300", "--to-ms", "3000", "--json").stdout)
    assert [frame["reason"] for frame in found["frames"]] == ["initial", "settled"]
    assert all(1300 <= frame["timestamp"] <= 3000 for frame in found["frames"])


@pytest.mark.parametrize("part", [
    ("--from-ms", "9", "--to-ms", "9"),
    pytest.param(("--to-ms", "0"), marks=pytest.mark.slow),
    pytest.param(("--from-ms", "-1"), marks=pytest.mark.slow),
])  # fmt: skip
def test_a_part_that_cannot_be_is_refused_before_anything_starts(tmp_path: Path, part: tuple[str, ...]) -> None:
    film = str(three_states(tmp_path / "film.webm"))
    for command in (["frames"], ["prompt", "--seed-url", "http://localhost:3000"]):
        done = scope(*command, film, *part)
        assert (done.returncode, done.stdout) == (2, "")
        assert part[-2] in done.stderr


def test_frames_are_the_same_every_time(tmp_path: Path) -> None:
    assert (
        scope("frames", str(SAMPLES / "shop.webm"), "--json").stdout
        == scope("frames", str(SAMPLES / "shop.webm"), "--json").stdout
    )


def test_frames_writes_pictures_where_it_is_told_to(tmp_path: Path) -> None:
    scope("frames", str(three_states(tmp_path / "film.mp4")), "--out", str(tmp_path / "out"))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"{n}.png" for n in range(3)]


@pytest.mark.parametrize(("name", "content", "words"), [
    ("a.webm", b"%PDF-1.7", "a PDF document"),
    pytest.param("a.webm", b"", "is empty", marks=pytest.mark.slow),
    pytest.param("a.mp4", b"hello", "is not a video", marks=pytest.mark.slow),
])  # fmt: skip
def test_a_file_that_is_no_video_is_one_line_and_exit_1(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    for command in (["frames"], ["prompt", "--seed-url", "http://localhost:3000"]):
        done = scope(*command, str(tmp_path / name), SCOPE_BROWSER="/nowhere")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert words in done.stderr or "empty" in done.stderr or "not a video" in done.stderr


def test_prompt_is_on_stdout_and_progress_on_stderr(tmp_path: Path) -> None:
    film = three_states(tmp_path / "film.webm")
    done = scope(
        "prompt", str(film), "--seed-url", "http://127.0.0.1:9/", "--title", "Save says nothing", "--agent", "RAW",
        SCOPE_BROWSER="/nowhere",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith("title: Save says nothing")
    assert "key frames: complete - 3 frames kept" in done.stderr
    assert "ARIA lane: error - There is no browser at /nowhere" in done.stderr


def test_prompt_as_json_is_the_session(tmp_path: Path) -> None:
    film = three_states(tmp_path / "film.webm")
    done = scope("prompt", str(film), "--seed-url", "http://127.0.0.1:9/", "--json", SCOPE_BROWSER="/nowhere")
    session = json.loads(done.stdout)
    assert (session["status"], session["frameCount"], session["title"]) == ("complete", 3, "film")


def test_token_is_one_that_the_keys_beside_it_take(tmp_path: Path) -> None:
    done = scope("token", "--data", str(tmp_path / "data"), "--user", "usr_ann", "--email", "ann@example.com")
    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert (claims["sub"], claims["email"]) == ("usr_ann", "ann@example.com")
    assert (tmp_path / "data" / "keys" / "issuer.pem").stat().st_mode & 0o077 == 0


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    done = scope("doctor", "--data", str(tmp_path), SCOPE_BROWSER="/nowhere")
    assert "warn  browser" in done.stdout
    assert "scope browser" in done.stdout
    assert "vp8, vp9, av1, h264" in done.stdout
    assert done.returncode == 0, done.stdout


def test_openapi_is_what_the_docs_hold(tmp_path: Path) -> None:
    stored = Path(__file__).parents[2] / "docs" / "openapi.json"
    assert json.loads(scope("openapi").stdout) == json.loads(stored.read_text()), "run `make openapi`"


def test_up_says_so_when_the_folder_or_the_port_is_taken(tmp_path: Path) -> None:
    import fcntl
    import socket

    (tmp_path / "data").mkdir()
    with (tmp_path / "data" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = scope("up", "--port", "0", "--data", str(tmp_path / "data"))
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "--data" in done.stderr
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = scope("up", "--port", str(taken.getsockname()[1]), "--data", str(tmp_path / "other"))
    assert done.returncode == 1
    assert "--port" in done.stderr
