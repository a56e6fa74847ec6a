import pytest

from services.analysis.aria import BrowserSettings, find_browser
from services.analysis.aria.browser import _broken, missing


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A machine without any browser."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.setattr("services.analysis.aria.browser._USUAL_PLACES", ())
    return tmp_path


def _program(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_nothing_is_found_where_nothing_is(bare):
    assert find_browser(BrowserSettings()) is None


def test_a_configured_browser_is_the_only_one_looked_for(bare):
    _program(bare / "bin" / "chromium")
    mine = _program(bare / "mine" / "browser")
    assert find_browser(BrowserSettings(executable=mine)) == mine
    assert find_browser(BrowserSettings(executable=bare / "gone")) is None


def test_a_file_that_cannot_be_run_is_no_browser(bare):
    (bare / "plain").write_text("")
    assert find_browser(BrowserSettings(executable=bare / "plain")) is None


def test_commands_come_in_order_of_preference(bare):
    chrome = _program(bare / "bin" / "google-chrome")
    assert find_browser(BrowserSettings()) == chrome
    chromium = _program(bare / "bin" / "chromium")
    assert find_browser(BrowserSettings()) == chromium


def test_playwrights_own_download_is_the_last_resort_the_newest_first(bare):
    cache = bare / ".cache" / "ms-playwright"
    _program(cache / "chromium-1100" / "chrome-linux" / "chrome")
    newest = _program(cache / "chromium-1200" / "chrome-linux64" / "chrome")
    assert find_browser(BrowserSettings()) == newest


def test_playwrights_folder_may_be_elsewhere(bare, monkeypatch):
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(bare / "pw"))
    shell = _program(bare / "pw" / "chromium_headless_shell-1" / "chrome-linux" / "headless_shell")
    assert find_browser(BrowserSettings()) == shell


def test_what_is_missing_says_how_to_get_it(bare):
    words = missing(BrowserSettings()).message
    assert "apt-get install chromium" in words
    assert "playwright install chromium" in words
    assert "SCOPE_BROWSER" in words
    assert str(bare / "gone") in missing(BrowserSettings(executable=bare / "gone")).message


def test_a_browser_that_does_not_start_says_why(tmp_path):
    lines = (
        "BrowserType.launch: Target closed\n<launching> chromium --no-sandbox --log-error\n"
        "[pid=1][err]\n[pid=1][err] hm\n[pid=1][err] error while loading shared libraries: libnss3.so\n"
    )
    assert _broken(tmp_path, lines).endswith("libnss3.so")
    assert "user namespaces" in _broken(tmp_path, "[pid=1][err] FATAL: No usable sandbox! If you")
    assert _broken(tmp_path, "") == f"The browser {tmp_path} does not start: no reason given"
