"""The services as processes of their own, on servers that they share: `scope run KIND…`."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from shared.model.errors import Misconfigured
from shared.runtime.process import Process
from shared.runtime.settings import RuntimeSettings
from shared.runtime.wiring import embedded


@dataclass(frozen=True)
class Kind:
    """Where a kind's settings and its composition root are: imported late, for each image has its own packages."""

    settings: str
    root: str

    def settings_class(self) -> type[RuntimeSettings]:
        found: type[RuntimeSettings] = _named(self.settings)
        return found

    async def add_to(self, process: Process) -> str | None:
        """Start it in the process; the URL of its server if it has one."""
        url: str | None = await _named(self.root)(process, self.settings_class()())
        return url


_ANALYSIS = "services.analysis.settings:AnalysisSettings"

KINDS: dict[str, Kind] = {
    "gateway": Kind("services.gateway.settings:GatewaySettings", "services.gateway.app:add_gateway"),
    "ingest": Kind("services.ingest.settings:IngestSettings", "services.ingest.app:add_ingest"),
    "frames": Kind(_ANALYSIS, "services.analysis.app:add_frames"),
    "vision": Kind(_ANALYSIS, "services.analysis.app:add_vision"),
    "aria": Kind(_ANALYSIS, "services.analysis.app:add_aria"),
    "prompter": Kind("services.prompter.settings:PrompterSettings", "services.prompter.app:add_prompter"),
}


@dataclass(frozen=True)
class Running:
    """`urls` of those kinds that serve."""

    process: Process
    urls: dict[str, str]
    admin_url: str | None


@asynccontextmanager
async def running(kinds: Sequence[str]) -> AsyncIterator[Running]:
    """These kinds in this process, with the settings of the environment. Raise Misconfigured or Unavailable."""
    settings = RuntimeSettings()
    alone = embedded(settings)
    if alone:
        raise Misconfigured(
            f"{', '.join(alone)} must name servers that processes can share (amqp:, mongodb:, s3+http:)."
            " For everything in one process, with nothing to install, there is `scope up`."
        )
    async with Process(settings) as process:
        urls = {kind: await KINDS[kind].add_to(process) for kind in dict.fromkeys(kinds)}
        yield Running(process, {kind: url for kind, url in urls.items() if url}, await process.admin())


def shown(kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every setting that these kinds read, with its value, secrets masked."""
    found: dict[str, str] = {}
    for kind in kinds:
        found |= KINDS[kind].settings_class()().shown()
    yield from sorted(found.items())


def _named(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(import_module(module), name)
