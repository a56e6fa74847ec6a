"""What the three kinds of analysis job can be told."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from shared.runtime.settings import RuntimeSettings


class AnalysisSettings(RuntimeSettings):
    """Times are seconds, sizes bytes."""

    frame_budget: int = 24  # kept frames of one recording at the most
    frames_timeout: float = 300.0
    frames_memory: int = 4 * 1024**3  # address space of a decoder process
    vision_timeout: float = 600.0
    vision_threads: int = 2
    # The server's own model, used where an account has none. Empty key: frames are read locally.
    vision_provider: Literal["anthropic", "openai"] = "anthropic"
    vision_api_key: str = Field(default="", repr=False)
    vision_model: str = ""  # empty: a small one of the provider
    vision_base_url: str = ""  # empty: the provider's own; any server that speaks the protocol otherwise
    vision_concurrency: int = 3  # questions to a model at once
    vision_ceiling: float = 0.5  # US dollars for one recording at the most
    vision_price_in: float | None = None  # US dollars for a million tokens, where the list does not hold
    vision_price_out: float | None = None
    vision_call_timeout: float = 120.0
    aria_timeout: float = 180.0
    aria_policy: Literal["any", "public"] = "public"
    aria_allow: Annotated[tuple[str, ...], NoDecode] = ()  # host:port,host:port
    aria_concurrency: int = 2
    browser: Path | None = None  # None: looked for

    @field_validator("aria_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
