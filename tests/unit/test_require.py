"""What this machine lacks is a skip with its reason, and a failure where everything must be there."""

import pytest

from tests.require import missing


@pytest.mark.parametrize(
    ("required", "outcome"),
    [(None, pytest.skip.Exception), ("some", pytest.skip.Exception), ("all", pytest.fail.Exception)],
)
def test_missing(monkeypatch: pytest.MonkeyPatch, required: str | None, outcome: type[BaseException]) -> None:
    monkeypatch.delenv("SCOPE_TEST_REQUIRE", raising=False)
    if required:
        monkeypatch.setenv("SCOPE_TEST_REQUIRE", required)
    with pytest.raises(outcome, match="no broker here"):
        missing("no broker here")
