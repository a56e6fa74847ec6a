"""Prompts anew: rebuilt and kept, or rendered for download."""

import json
import re
from typing import Any

from aiohttp import ClientError, ClientTimeout, web

from services.gateway.api import schemas as s
from services.gateway.api.call import Call, answer
from shared.model.accounts import PromptOptions
from shared.model.errors import FieldError, Unavailable
from shared.model.session import Session
from shared.runtime.problems import Problem, invalid
from shared.runtime.web import REQUEST_ID

_AUDIENCE = "scope-prompter"
_SWITCHES = ("include_screenshots", "inline_aria_tree", "include_raw_diff")


async def generate_prompt(call: Call) -> web.Response:
    session = await call.session()
    wish = await call.body(s.PromptWish)
    if not session.terminal and session.origin == "recording":
        raise Problem(409, "The recording is still in work; its prompt comes with it. Ask again when it is done.")
    order = {
        "sessionId": session.id,
        "agentTarget": wish.agent_target,
        "options": _options(session, wish).model_dump(by_alias=True),
        "frameIds": _frame_ids(session, wish),
        "keep": True,
    }
    prompt, _ = await _render(call, order)
    return answer(s.PromptBody(session_id=session.id, prompt_status="complete", prompt=prompt))


async def download_prompt(call: Call) -> web.Response:
    session = await call.session()
    wish = call.query(s.PromptDownload)
    options = _options(session, wish).model_dump(by_alias=True)
    order = {"sessionId": session.id, "agentTarget": wish.agent_target, "options": options}
    prompt, tokens = await _render(call, order)
    name = re.sub(r"[^a-z0-9]+", "-", session.title.casefold()).strip("-")[:60] or "prompt"
    headers = {"Content-Disposition": f'attachment; filename="{name}.md"', "Prompt-Tokens": str(tokens)}
    return web.Response(text=prompt, content_type="text/markdown", headers=headers)


def _options(session: Session, wish: s.PromptWish | s.PromptDownload) -> PromptOptions:
    """The session's own, with what the call says on top."""
    given = {name: getattr(wish, name) for name in _SWITCHES if getattr(wish, name) is not None}
    return session.options.model_copy(update=given)


def _frame_ids(session: Session, wish: s.PromptWish) -> list[str] | None:
    if wish.frame_ids is None:
        return None
    unknown = set(wish.frame_ids) - {frame.id for frame in session.frames}
    if unknown:
        words = f"names frames that this session does not have: {', '.join(sorted(unknown)[:5])}."
        raise invalid([FieldError("frameIds", words)])
    return wish.frame_ids


async def _render(call: Call, order: dict[str, Any]) -> tuple[str, int]:
    """Ask the prompter: the prompt, and about how many tokens it has. Unavailable when it does not answer."""
    context = call.context
    headers = {
        "Authorization": f"Bearer {context.passes.issue(call.account.id, _AUDIENCE)}",
        "X-Request-Id": call.request[REQUEST_ID],
    }
    url = f"{context.settings.prompter_url}/prompts"
    try:
        async with context.http.post(url, json=order, headers=headers, timeout=ClientTimeout(total=60)) as response:
            body = json.loads(await response.read())
            status = response.status
    except (ClientError, TimeoutError, ValueError) as error:
        raise Unavailable("The prompter does not answer.") from error
    if status == 401:  # a pass that the prompter does not take is our fault
        raise Unavailable("The prompter does not take our passes.")
    if status != 200:
        raise Problem(status, str(body.get("message", "The prompt could not be built.")))
    return str(body["prompt"]), int(body["tokens"])
