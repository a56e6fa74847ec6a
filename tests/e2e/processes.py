"""`scope` commands as processes of our own."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

SCOPE = Path(sys.executable).with_name("scope")
PATIENCE_S = 100.0


@dataclass
class Command:
    """A process that says in its first line that it is ready."""

    words: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> str:
        """The line."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SCOPE_")}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                str(SCOPE), *self.words, stdout=asyncio.subprocess.PIPE, stderr=log,
                env={**clean, **self.environment},
            )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = (await self.process.stdout.readline()).decode().strip()
        assert line, f"`scope {' '.join(self.words)}` said nothing; see {self.log}"
        return line

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def end(self, number: signal.Signals) -> int:
        """Its exit code; 0 when it does not run."""
        process, self.process = self.process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            return await process.wait()
