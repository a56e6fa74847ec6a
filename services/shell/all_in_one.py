"""All four services in one process: what `scope up` starts."""

import ipaddress
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.analysis.app import add_aria, add_frames, add_vision
from services.analysis.settings import AnalysisSettings
from services.gateway.app import add_gateway
from services.gateway.identity.local_issuer import LocalIssuer
from services.gateway.identity.tokens import WELCOME
from services.gateway.settings import GatewaySettings
from services.ingest.app import add_ingest
from services.ingest.settings import IngestSettings
from services.prompter.app import add_prompter
from services.prompter.settings import PrompterSettings
from services.shell.lock import locked
from shared.runtime.process import Process
from shared.runtime.settings import RuntimeSettings

_LOOPBACK = "127.0.0.1"
_WELCOME_S = 12 * 3600.0
LOCAL_USER = "usr_local"  # whom `scope token` mints for when nobody else is named


@dataclass(frozen=True)
class Running:
    process: Process
    url: str
    admin_url: str | None
    welcome_url: str | None  # opens the page as the local user; where only this machine can ask


@asynccontextmanager
async def all_in_one(host: str, port: int, data_dir: Path, **more: Any) -> AsyncIterator[Running]:
    """Everything started and listening. `more` are further settings; the environment holds for the rest."""
    common = {"data_dir": data_dir, **more}
    with locked(data_dir):
        async with Process(RuntimeSettings(**common)) as process:
            ingest = await add_ingest(process, IngestSettings(ingest_host=_LOOPBACK, ingest_port=0, **common))
            prompter = PrompterSettings(prompter_host=_LOOPBACK, prompter_port=0, **common)
            inside: dict[str, Any] = {"ingest_url": ingest, "prompter_url": await add_prompter(process, prompter)}
            analysis = AnalysisSettings(**_page_policy(host), **common)
            await add_frames(process, analysis)
            await add_vision(process, analysis)
            await add_aria(process, analysis)
            gateway = GatewaySettings(host=host, port=port, **inside, **_page_policy(host), **common)
            url = await add_gateway(process, gateway)
            yield Running(process, url, await process.admin(), _welcome(url, gateway))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _welcome(url: str, gateway: GatewaySettings) -> str | None:
    """Nobody on their own machine should have to sign up first. The token is behind `#`: it is in no request."""
    if gateway.jwks_url or not is_loopback(gateway.host):
        return None
    token = LocalIssuer.load(gateway.data_dir, gateway.internal_key).mint(
        LOCAL_USER, _WELCOME_S, name="Local user", token_id=WELCOME
    )
    return f"{url}/#/welcome/{token}"


def _page_policy(host: str) -> dict[str, Any]:
    """Developers record localhost: where only they can ask, any page may be opened. SCOPE_ARIA_POLICY overrules."""
    if "SCOPE_ARIA_POLICY" in os.environ:
        return {}
    return {"aria_policy": "any" if is_loopback(host) else "public"}
