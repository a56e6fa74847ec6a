"""The prompter job: an analysed session gets its prompt; on request it gets a new one."""

from services.prompter.build import Wish, build
from services.prompter.settings import PrompterSettings
from shared.model.accounts import AgentTarget
from shared.model.errors import FailureCode
from shared.model.events import PromptRequested
from shared.model.session import Session
from shared.model.transitions import Failed, PromptBuilt
from shared.runtime.ledger import Decision
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work


def prompter_job(ports: Ports, settings: PrompterSettings) -> Job:
    async def write(work: Work) -> Decision:
        requested = work.envelope.type == PromptRequested.TYPE
        target = PromptRequested.model_validate(work.envelope.data).agent_target if requested else None
        return prompt_for(ports, Wish(target), settings)

    def failed(code: FailureCode, message: str) -> Decision:
        return Failed("synthesis", "prompt_failed" if code == "internal" else code, message)

    return Job("prompter", write, "synthesis", failed, timeout=60, prefetch=settings.prompter_concurrency)


def prompt_for(ports: Ports, wish: Wish, settings: PrompterSettings) -> Decision:
    """A decision that builds from the session as it is when it is written: a title changed meanwhile is in it."""

    async def decide(latest: Session) -> PromptBuilt:
        text = await build(ports.blobs, latest, wish, settings)
        return PromptBuilt(text, _other(wish.agent_target, latest.agent_target))

    return decide


def _other(wanted: AgentTarget | None, current: AgentTarget) -> AgentTarget | None:
    return wanted if wanted != current else None
