"""Prompts of real recordings, word for word. `python -m tests.golden.make --render` writes them: read the diff."""

import pytest

from services.prompter.words import tokens
from shared.model.accounts import AgentTarget
from tests.golden.make import BUDGET, CASES, path, prompt


@pytest.mark.parametrize("target", list(AgentTarget))
@pytest.mark.parametrize("name", list(CASES))
def test_the_prompt_of_a_recording_is_as_it_was_reviewed(name: str, target: AgentTarget) -> None:
    text = prompt(name, target)
    assert text == path(name, target).read_text()
    assert tokens(text) <= BUDGET
