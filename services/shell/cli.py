"""The `scope` command."""

import asyncio
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from shared.model.accounts import AgentTarget
from shared.model.errors import ScopeError
from shared.runtime import logs
from shared.runtime.settings import RuntimeSettings

_data = click.option(
    "--data", "data_dir", type=click.Path(path_type=Path), help="Folder for everything stored [SCOPE_DATA_DIR]."
)


def main() -> None:
    """Entry point: failures that we know become one line on stderr and exit code 1."""
    try:
        cli(standalone_mode=True)
    except ScopeError as error:
        click.echo(f"scope: {error.message}", err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("claude-scope"), prog_name="scope")
def cli() -> None:
    """From a browser recording to a prompt that a coding agent can act on."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="0 takes any free port.")
@_data
def up(host: str, port: int, data_dir: Path | None) -> None:
    """Run the whole service in this process until Ctrl-C."""
    from services.shell.all_in_one import all_in_one  # noqa: PLC0415  other commands start faster without it

    folder = _folder(data_dir)
    settings = _configured()
    logs.configure(settings.log_level, settings.log_format)

    async def serve() -> None:
        async with all_in_one(host, port, folder) as running:
            click.echo(f"Claude Scope is up at {running.url} (data in {folder})")
            click.echo(f"  read the API   {running.url}/api/docs")
            click.echo(f"  get a token    scope token --data {folder}")
            if running.admin_url:
                click.echo(f"  watch it       {running.admin_url}/readyz and /metrics")
            sys.stdout.flush()
            await running.process.run()

    try:
        asyncio.run(serve())
    except OSError as error:
        raise ScopeError(f"{host}:{port} cannot be listened on: {error.strerror}. Try another --port.") from error


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seed-url", required=True, help="The page that was recorded; it is opened by the ARIA lane.")
@click.option("--url", "urls", multiple=True, help="One more page to inspect; up to four.")
@click.option("--title", help="What should be fixed or changed, in a few words.  [default: the file's name]")
@click.option("--notes", help="Anything else you would tell a colleague.")
@click.option(
    "--agent", type=click.Choice([t.value for t in AgentTarget]), default="CLAUDE_CODE", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole session instead of the prompt.")
def prompt(file: Path, title: str | None, as_json: bool, **order: Any) -> None:
    """Turn one recording into a prompt, with no server to start."""
    from services.shell.one_shot import Order, run  # noqa: PLC0415  other commands start faster without it
    from services.shell.progress import Steps  # noqa: PLC0415

    logs.configure(os.environ.get("SCOPE_LOG_LEVEL", "error"), "console")
    wanted = Order(file=file, title=title or file.stem.replace("-", " ").replace("_", " "), **order)
    with Steps() as steps:
        session = asyncio.run(run(wanted, steps))
    click.echo(json.dumps(session, indent=2, ensure_ascii=False) if as_json else session["prompt"])


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write the pictures there.")
@click.option("--budget", default=24, show_default=True, help="Kept frames at the most.")
def frames(file: Path, as_json: bool, out: Path | None, budget: int) -> None:
    """Show the key frames of a recording: one per settled state."""
    from services.shell.frames import key_frames  # noqa: PLC0415  other commands start faster without it

    logs.configure(os.environ.get("SCOPE_LOG_LEVEL", "error"), "console")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    found = asyncio.run(key_frames(file, out, budget))
    if as_json:
        click.echo(json.dumps(found))
        return
    for frame in found["frames"]:
        boxes = len(frame["changedBoxes"])
        click.echo(f"{frame['timestamp'] / 1000:9.3f} s  {frame['reason']:<10} {boxes} changed region(s)")


@cli.command()
@click.option("--user", default="usr_local", show_default=True, help="The subject: who the token is for.")
@click.option("--name", help="Shown as the account's name.")
@click.option("--email", help="Shown as the account's address.")
@click.option("--ttl", default=7 * 24 * 3600, show_default=True, help="Seconds until it expires.")
@_data
def token(user: str, name: str | None, email: str | None, ttl: int, data_dir: Path | None) -> None:
    """Mint a bearer token of the local issuer."""
    from services.gateway.identity.local_issuer import LocalIssuer  # noqa: PLC0415  other commands start faster

    click.echo(LocalIssuer.load(_folder(data_dir)).mint(user, ttl, name=name, email=email))


@cli.command()
@click.option("--port", default=8080, show_default=True, help="The port that `scope up` would use.")
@_data
def doctor(port: int, data_dir: Path | None) -> None:
    """Say what is missing on this machine, and how to get it."""
    from services.shell.doctor import examine  # noqa: PLC0415  other commands start faster without it

    logs.configure("error", "console")
    well = True
    for finding in examine(_folder(data_dir), port):
        well &= finding.ok or not finding.needed
        mark = "ok  " if finding.ok else "MISS" if finding.needed else "warn"
        click.echo(f"{mark}  {finding.name:<17} {finding.words}")
    sys.exit(0 if well else 1)


@cli.command()
def browser() -> None:
    """Get a Chromium for the ARIA lane if this machine has none."""
    from services.shell.browser import get_browser  # noqa: PLC0415  other commands start faster without it

    found = get_browser(lambda words: click.echo(words, err=True))
    click.echo(found.words, err=True)
    sys.exit(0 if found.path else 1)


@cli.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 description of the REST API."""
    from services.gateway.api.docs import description  # noqa: PLC0415  other commands start faster without it

    click.echo(json.dumps(description(), indent=2))


def _folder(given: Path | None) -> Path:
    return (given or _configured().data_dir).expanduser().resolve()


def _configured() -> RuntimeSettings:
    return RuntimeSettings()
