"""From a brief to text: one template family per target. Pure."""

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.prompter.brief import Brief
from services.prompter.words import boundary, clean, fence
from shared.model.accounts import AgentTarget

_TEMPLATES = {
    AgentTarget.CLAUDE_CODE: "claude_code.j2",
    AgentTarget.CODEX: "codex.j2",
    AgentTarget.CURSOR: "cursor.j2",
    AgentTarget.RAW: "raw.j2",
}


def render(brief: Brief) -> str:
    """The prompt. Captured text stands between two marks that it cannot contain."""
    everything = repr(brief)
    mark = boundary(brief.session_id, everything)
    template = _environment().get_template(_TEMPLATES[brief.target])
    text = template.render(b=brief, mark=mark, fence=fence(everything))
    return _tidy(text)


def _tidy(text: str) -> str:
    """No runs of empty lines, none at either end."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("services.prompter"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701  prompts are text, not HTML
    )
    environment.filters["clean"] = clean
    environment.filters["cell"] = lambda text: text.replace("|", "\\|")
    return environment
