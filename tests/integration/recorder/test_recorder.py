"""The recorder through its command, with a real Chromium: honest labels, clear failures, nothing left behind."""

import contextlib
import json
import os
import subprocess
import sys
import textwrap
import time
import uuid
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.recorder.picture import watch

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]
ROOT = Path(__file__).resolve().parents[3]
PAGE = """
<!doctype html><meta charset="utf-8"><title>Lamp</title>
<style>body { font: 20px sans-serif; margin: 60px; background: #fff }
#lamp { width: 320px; height: 160px; border: 1px solid #999; margin: 20px 0 } #lamp.on { background: #f6c944 }
#menu { opacity: 0; transition: opacity .2s; background: #234; color: #fff; padding: 20px } #menu.on { opacity: 1 }
i { display: inline-block; width: 16px; height: 16px; background: #080;
  animation: b .8s steps(2, jump-none) infinite }
@keyframes b { to { opacity: 0 } }</style>
<p>Lamp <i data-noise="blink"></i></p><button id="switch">Switch</button> <button id="more">More</button>
<div id="lamp"></div><div id="menu">Dim, timer, colour</div>
<script>
document.getElementById('switch').onclick = () => {
  const lamp = document.getElementById('lamp');
  lamp.textContent = 'Bulb not found';
  setTimeout(() => { lamp.textContent = ''; lamp.classList.add('on') }, 200);
};
document.getElementById('more').onclick = () => document.getElementById('menu').classList.add('on');
</script>
"""
GOOD = """
async def drive(a):
    await a.pause()
    await a.click("#switch", "toggle", "lamp on", flash="bulb not found")
    await a.pause()
    await a.click("#more", "menu_open", "menu")
    await a.pause()
"""


class Done(NamedTuple):
    """How a command ended; names of its processes while it ran and after."""

    returncode: int
    stderr: str
    during: set[str]
    after: set[str]


def _write(folder: Path, driver: str, page: str = PAGE) -> Path:
    (folder / "lamp.html").write_text(page, encoding="utf-8")
    (folder / "lamp_drive.py").write_text(textwrap.dedent(driver), encoding="utf-8")
    return folder / "lamp.html"


def _started_by(mark: str) -> set[str]:
    """Names of the processes that have `mark` in their environment: what a command of this test started."""
    names = set()
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.environ().get("RECORDER_TEST") == mark and process.status() != psutil.STATUS_ZOMBIE:
                names.add(process.name())
    return names


def _record(page: Path, out: Path) -> Done:
    mark = uuid.uuid4().hex
    command = [
        sys.executable,
        "-m",
        "tests.recorder.record",
        str(page),
        str(out),
        "--viewport",
        "800x600",
        "--seed",
        "3",
    ]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"RECORDER_TEST": mark}, stderr=subprocess.PIPE, text=True
    ) as process:
        seen: set[str] = set()
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            seen |= _started_by(mark)
            time.sleep(0.5)
        if process.poll() is None:
            process.kill()
        return Done(process.wait(), process.communicate()[1], seen, _started_by(mark))


def test_a_recording_has_labels_that_its_frames_bear_out(tmp_path: Path) -> None:
    page = _write(tmp_path, GOOD)
    # A capture on a busy machine may skip frames; the command refuses such a recording, as it should.
    tries = (_record(page, tmp_path / "out") for _ in range(3))
    done = next((done for done in tries if done.returncode == 0), None)
    assert done is not None
    labels = json.loads((tmp_path / "out" / "lamp.json").read_text(encoding="utf-8"))
    film = watch(tmp_path / "out" / labels["video"])

    assert labels["alignment_error_ms"] < 100
    assert [s["kind"] for s in labels["states"]] == ["preroll", "initial", "toggle", "menu_open"]
    assert all(s["start_ms"] <= s["settled_ms"] <= s["end_ms"] for s in labels["states"])
    assert (labels["frames"], labels["width"], labels["height"]) == (len(film.times), 800, 600)
    assert labels["container_duration"] is False
    (flash,) = labels["transients"]
    assert 120 < flash["end_ms"] - flash["start_ms"] < 320
    assert {"blink", "pointer_move"} <= {span["kind"] for span in labels["ignore"]}
    toggle, menu = labels["states"][2:]
    assert toggle["end_ms"] == menu["start_ms"]
    assert 150 < menu["settled_ms"] - menu["start_ms"] < 500  # the fade takes 200 ms
    before, after = (film.grids[film.before(t)] for t in (flash["start_ms"] - 60, toggle["settled_ms"] + 60))
    lamp = film.tiles((80, 200, 360, 300))
    assert abs(float(after[lamp].mean() - before[lamp].mean())) > 20


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        ("async def drive(a):\n    raise RuntimeError('the lamp is broken')\n", "the lamp is broken"),
        ("async def drive(a):\n    await a.click('#nowhere', 'toggle')\n", "#nowhere"),
        (
            "async def drive(a):\n    await a.js('lamp.className = \"on\"')\n    await a.click('#more', 'x')\n",
            "by itself",
        ),
    ],
    ids=["raises", "missing target", "change without a label"],
)
def test_a_failing_driver_says_why_and_leaves_no_browser(tmp_path: Path, driver: str, said: str) -> None:
    page = _write(tmp_path, driver)
    done = _record(page, tmp_path / "out")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert any("chrom" in name for name in done.during)
    assert done.after == set()


def test_endless_motion_without_a_mark_is_refused(tmp_path: Path) -> None:
    page = _write(tmp_path, "async def drive(a):\n    await a.pause()\n", PAGE.replace(' data-noise="blink"', ""))
    done = _record(page, tmp_path / "out")
    assert done.returncode == 1
    assert "endless animation outside data-noise" in done.stderr
