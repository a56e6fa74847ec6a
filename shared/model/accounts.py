"""Accounts and the five settings."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.model.timestamps import Timestamp


class Model(BaseModel):
    """Immutable, camelCase outside, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class AgentTarget(StrEnum):
    CLAUDE_CODE = "CLAUDE_CODE"
    CODEX = "CODEX"
    CURSOR = "CURSOR"
    RAW = "RAW"


class PromptOptions(Model):
    """The three settings that shape a prompt beside its target."""

    include_screenshots: bool = True
    inline_aria_tree: bool = True
    include_raw_diff: bool = False


class AccountSettings(PromptOptions):
    default_agent: AgentTarget = AgentTarget.CLAUDE_CODE
    max_recording_length: Literal[5, 10, 15, 30] = 10  # minutes

    def prompt_options(self) -> PromptOptions:
        return PromptOptions(
            include_screenshots=self.include_screenshots,
            inline_aria_tree=self.inline_aria_tree,
            include_raw_diff=self.include_raw_diff,
        )


class ApiToken(Model):
    """A token that was made for a program: only its id is kept, and the token is good while it is."""

    id: str
    label: str
    created_at: Timestamp
    expires_at: Timestamp


class Account(Model):
    """`id` is the token's subject. Only accounts of the local issuer have a password hash (argon2id)."""

    id: str
    name: str
    email: str | None = None
    avatar_url: str | None = None
    settings: AccountSettings = AccountSettings()
    password_hash: str | None = None
    tokens: tuple[ApiToken, ...] = ()
    created_at: Timestamp
    version: int = 0
