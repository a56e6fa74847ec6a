"""Composition root of the prompter: a queue, and a door for the gateway to render prompts at once."""

from aiohttp import web
from pydantic import ValidationError

from services.prompter.build import Wish, build
from services.prompter.job import prompt_for, prompter_job
from services.prompter.limits import without_pictures
from services.prompter.settings import PrompterSettings
from services.prompter.words import tokens
from shared.model.accounts import AgentTarget, Model, PromptOptions
from shared.model.session import Session
from shared.runtime.installation import master_secret
from shared.runtime.passes import Passes
from shared.runtime.problems import from_validation, not_found
from shared.runtime.process import Process
from shared.runtime.web import middleware_of, stamp

AUDIENCE = "scope-prompter"


class RenderRequest(Model):
    """`keep`: commit the prompt to the session; otherwise it is only answered."""

    session_id: str
    agent_target: AgentTarget | None = None
    options: PromptOptions | None = None
    frame_ids: tuple[str, ...] | None = None
    keep: bool = False

    def wish(self) -> Wish:
        return Wish(self.agent_target, self.options, self.frame_ids)


def prompter_app(process: Process, passes: Passes, settings: PrompterSettings) -> web.Application:
    async def post_prompt(request: web.Request) -> web.Response:
        user_id = passes.check(request.headers.get("Authorization"), AUDIENCE)
        wanted = _parsed(await request.read())
        session = await process.ports.store.session(wanted.session_id)
        if session is None or session.deleted or session.user_id != user_id:
            raise not_found()
        prompt = await _prompt(process, session, wanted, settings)
        return web.json_response({"prompt": prompt, "tokens": tokens(without_pictures(prompt))})

    app = web.Application(middlewares=[middleware_of("prompter")])
    app.on_response_prepare.append(stamp)
    app.router.add_post("/prompts", post_prompt)
    return app


def _parsed(body: bytes) -> RenderRequest:
    try:
        return RenderRequest.model_validate_json(body)
    except ValidationError as error:
        raise from_validation(error) from error


async def _prompt(process: Process, session: Session, wanted: RenderRequest, settings: PrompterSettings) -> str:
    if not wanted.keep:
        return await build(process.ports.blobs, session, wanted.wish(), settings)
    decision = prompt_for(process.ports, wanted.wish(), settings)
    committed = await process.ledger.commit(session.id, decision)
    if committed.session is None or committed.session.deleted:
        raise not_found()
    return committed.session.prompt or ""


async def add_prompter(process: Process, settings: PrompterSettings) -> str:
    """Start the prompter in this process; return the URL of its server."""
    passes = Passes.of(master_secret(settings.data_dir, settings.internal_key))
    await process.work(prompter_job(process.ports, settings))
    app = prompter_app(process, passes, settings)
    host, port = await process.serve(app, settings.prompter_host, settings.prompter_port)
    return f"http://{host}:{port}"
