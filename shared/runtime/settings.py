"""What every process can be told by SCOPE_* variables. Each service adds its own in its `settings.py`."""

import re
from pathlib import Path
from urllib.parse import quote

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_dir() -> Path:
    return Path.home() / ".local" / "share" / "claude-scope"


def masked(name: str, value: object) -> str:
    """As it may be shown: keys and the passwords inside URLs are not."""
    if value is None or value == "":
        return ""
    if name.endswith(("_key", "_keys")):
        return "***"
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return re.sub(r"(?<=://)([^:@/\s]*):[^@/\s]+@", r"\1:***@", str(value))


class RuntimeSettings(BaseSettings):
    """Times are seconds."""

    model_config = SettingsConfigDict(env_prefix="SCOPE_", frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=default_data_dir)
    bus_url: str = "local:"
    store_url: str = ""  # empty: SQLite in the data folder
    blobs_url: str = ""  # empty: files in the data folder
    # Signs passes between our services, links and the local issuer's tokens; the same for every process of one
    # installation. Empty: made in the data folder.
    internal_key: str = Field(default="", repr=False)

    # Encrypts what accounts entrust to us (keys of their own, logins): 2:BASE64,1:BASE64; the highest version is
    # the newest. The same for gateway, ingest, vision and aria. Empty: made in the data folder.
    vault_keys: str = Field(default="", repr=False)

    log_level: str = "info"
    log_format: str = "auto"  # auto | json | console

    admin_host: str = "127.0.0.1"
    admin_port: int | None = None  # None: no admin server, 0: any free port

    start_patience: float = 30.0  # how long servers that do not answer yet are waited for at the start
    drain_grace: float = 20.0  # how long running work may go on after SIGTERM
    relay_interval: float = 1.0  # how often outboxes of killed processes are looked for
    sweep_interval: float = 60.0
    stalled_after: float = 600.0  # a session that nobody touched for so long is woken up
    sweeps_before_failure: int = 5
    orphan_after: float = 3600.0  # stored files that no session knows are removed after this
    tombstone_after: float = 24 * 3600.0

    @property
    def store(self) -> str:
        return self.store_url or f"sqlite://{self._place('scope.db')}"

    @property
    def blobs(self) -> str:
        return self.blobs_url or f"file://{self._place('blobs')}"

    def shown(self) -> dict[str, str]:
        """Every setting by its variable, secrets masked."""
        return {f"SCOPE_{name.upper()}": masked(name, getattr(self, name)) for name in type(self).model_fields}

    def _place(self, name: str) -> str:
        """As the path of a URL, where `#`, `?` and `%` mean something."""
        return quote(str(self.data_dir.absolute() / name))
