"""What the three kinds of analysis job can be told."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import field_validator
from pydantic_settings import NoDecode

from shared.runtime.settings import RuntimeSettings


class AnalysisSettings(RuntimeSettings):
    """Times are seconds, sizes bytes."""

    frame_budget: int = 24  # kept frames of one recording at the most
    frames_timeout: float = 300.0
    frames_memory: int = 4 * 1024**3  # address space of a decoder process
    vision_timeout: float = 300.0
    vision_threads: int = 2
    aria_timeout: float = 180.0
    aria_policy: Literal["any", "public"] = "public"
    aria_allow: Annotated[tuple[str, ...], NoDecode] = ()  # host:port,host:port
    aria_concurrency: int = 2
    browser: Path | None = None  # None: looked for

    @field_validator("aria_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
