"""Debian's Firefox, driven by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/): what of it is needed."""

import asyncio
import base64
import itertools
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

_LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
_START_S, _ANSWER_S = 60, 30


@dataclass
class Firefox:
    socket: ClientWebSocketResponse
    context: str = ""
    complaints: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _waiting: dict[int, asyncio.Future[Any]] = field(default_factory=dict)

    async def ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": params})
        return await asyncio.wait_for(self._waiting[number], _ANSWER_S)

    async def listen(self) -> None:
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                return
            said = json.loads(message.data)
            if said.get("method") == "log.entryAdded" and said["params"]["level"] in {"error", "warn"}:
                self.complaints.append(said["params"]["text"])
            waiting = self._waiting.pop(said.get("id"), None)
            if waiting is not None and said["type"] == "success":
                waiting.set_result(said["result"])
            elif waiting is not None:
                waiting.set_exception(RuntimeError(said["message"]))

    async def opens(self, url: str) -> None:
        await self.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def evaluate(self, script: str) -> Any:
        """The value of an expression, a string, number, boolean or null; promises are waited for."""
        target = {"context": self.context}
        answer = await self.ask("script.evaluate", expression=script, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return answer["result"].get("value")

    async def sees(self, text: str, within: float = 10.0) -> None:
        words = ""
        for _ in range(int(within / 0.1)):
            words = await self.evaluate("document.body.innerText")
            if text in words:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{text!r} is not in {words!r}")

    async def clicks(self, selector: str) -> None:
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    async def picture(self, path: Path) -> None:
        answer = await self.ask("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(answer["data"]))


def find() -> Path | None:
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    return Path(found) if found else None


@asynccontextmanager
async def firefox_at(executable: Path, profile: Path) -> AsyncIterator[Firefox]:
    words = ("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", "about:blank")
    environment = {**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(executable, *words, stderr=pipe, stdout=pipe, env=environment)
    try:
        url = await asyncio.wait_for(_address(process), _START_S)
        async with ClientSession() as http, http.ws_connect(f"{url}/session", max_msg_size=0) as socket:
            firefox = Firefox(socket)
            listening = asyncio.create_task(firefox.listen())
            await firefox.ask("session.new", capabilities={})
            await firefox.ask("session.subscribe", events=["log.entryAdded"])
            tree = await firefox.ask("browsingContext.getTree")
            firefox.context = tree["contexts"][0]["context"]
            yield firefox
            listening.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if found := _LISTENING.search(line):
            return found.group(1).decode()
    raise RuntimeError(f"Firefox ended with {await process.wait()} before it listened")
