"""The `scope` command."""

import asyncio
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from services.shell.dlq import dlq, queues
from services.shell.keys import keys
from services.shell.processes import KINDS, shown
from shared.model.accounts import AgentTarget
from shared.model.errors import Misconfigured, ScopeError, Unavailable
from shared.model.part import Part
from shared.runtime import logs
from shared.runtime.settings import RuntimeSettings

# As in sysexits.h: who starts us can tell a mistake in the settings from a server that is not up yet.
_EXIT_UNAVAILABLE, _EXIT_CONFIG = 69, 78

_data = click.option(
    "--data", "data_dir", type=click.Path(path_type=Path), help="Folder for everything stored [SCOPE_DATA_DIR]."
)


_print_settings = click.option(
    "--print-settings", is_flag=True, help="Print every setting with its value, secrets masked, and exit."
)
_from = click.option(
    "--from-ms", type=click.IntRange(min=0), default=0, help="Look only at what comes from there on."
)
_to = click.option("--to-ms", type=click.IntRange(min=1), help="Look only at what comes up to there.")


def main() -> None:
    """Entry point. Failures that we know become one line on stderr and an exit code.

    78: a setting, or what it points to, cannot be used; 69: a server does not answer; 1: anything else.
    """
    try:
        cli(standalone_mode=True)
    except ScopeError as error:
        click.echo(f"scope: {error.message}", err=True)
        sys.exit(_exit_code(error))
    except ValidationError as error:  # of a settings class: nothing else is checked on the way here
        wrong = (f"SCOPE_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        click.echo(f"scope: {'; '.join(wrong)}", err=True)
        sys.exit(_EXIT_CONFIG)


def _exit_code(error: ScopeError) -> int:
    if isinstance(error, Misconfigured):
        return _EXIT_CONFIG
    return _EXIT_UNAVAILABLE if isinstance(error, Unavailable) else 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("claude-scope"), prog_name="scope")
def cli() -> None:
    """From a browser recording to a prompt that a coding agent can act on."""


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="0 takes any free port.")
@_data
@_print_settings
def up(host: str, port: int, data_dir: Path | None, print_settings: bool) -> None:
    """Run the whole service in this process until Ctrl-C."""
    if print_settings:
        _show(tuple(KINDS))
        return
    from services.shell.all_in_one import all_in_one  # noqa: PLC0415  other commands start faster without it

    folder = _folder(data_dir)
    settings = _configured()
    logs.configure(settings.log_level, settings.log_format)

    async def serve() -> None:
        async with all_in_one(host, port, folder) as running:
            click.echo(f"Claude Scope is up at {running.url} (data in {folder})")
            click.echo(f"  open the page  {running.welcome_url or running.url}")
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
@click.argument("kinds", nargs=-1, required=True, type=click.Choice(list(KINDS)))
@_print_settings
def run(kinds: tuple[str, ...], print_settings: bool) -> None:
    """Run some of the services in this process, on servers that processes share.

    SCOPE_BUS_URL, SCOPE_STORE_URL and SCOPE_BLOBS_URL name them; `scope topology` prepares them once.
    """
    _run(kinds, print_settings)


def _show(kinds: tuple[str, ...]) -> None:
    for variable, value in shown(kinds):
        click.echo(f"{variable}={value}")


def _run(kinds: tuple[str, ...], print_settings: bool) -> None:
    if print_settings:
        _show(kinds)
        return
    from services.shell.processes import running  # noqa: PLC0415  other commands start faster without it

    settings = _configured()
    logs.configure(settings.log_level, settings.log_format)

    async def serve() -> None:
        async with running(kinds) as started:
            at = "".join(f" {kind} at {url}" for kind, url in started.urls.items())
            admin = f" admin at {started.admin_url}" if started.admin_url else ""
            click.echo(f"{' '.join(kinds)} ready{at}{admin}")
            sys.stdout.flush()
            await started.process.run()

    try:
        asyncio.run(serve())
    except OSError as error:
        raise Misconfigured(f"An address cannot be listened on: {error}.") from error


def _alone(kind: str) -> click.Command:
    """`scope KIND` for `scope run KIND`."""

    @click.command(kind, help=f"Short for `scope run {kind}`.", short_help=f"Short for `scope run {kind}`.")
    @_print_settings
    def command(print_settings: bool) -> None:
        _run((kind,), print_settings)

    return command


cli.add_command(dlq)
cli.add_command(keys)
cli.add_command(queues)
for _kind in KINDS:
    if _kind != "frames":  # below: with a file it shows key frames
        cli.add_command(_alone(_kind))


@cli.command()
def topology() -> None:
    """Make what the servers must hold: exchange, queues, indexes, bucket. Does no harm when it is there."""
    from shared.runtime.wiring import prepare  # noqa: PLC0415  other commands start faster without it

    settings = _configured()
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(prepare(settings))
    click.echo("Exchange, queues, indexes and bucket are there.")


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seed-url", required=True, help="The page that was recorded; it is opened by the ARIA lane.")
@click.option("--url", "urls", multiple=True, help="One more page to inspect; up to four.")
@click.option("--title", help="What should be fixed or changed, in a few words.  [default: the file's name]")
@click.option("--notes", help="Anything else you would tell a colleague.")
@click.option(
    "--agent", type=click.Choice([t.value for t in AgentTarget]), default="CLAUDE_CODE", show_default=True
)
@_from
@_to
@click.option("--json", "as_json", is_flag=True, help="Print the whole session instead of the prompt.")
def prompt(file: Path, title: str | None, as_json: bool, from_ms: int, to_ms: int | None, **order: Any) -> None:
    """Turn one recording into a prompt, with no server to start."""
    from services.shell.one_shot import Order, run  # noqa: PLC0415  other commands start faster without it
    from services.shell.progress import Steps  # noqa: PLC0415

    logs.configure(os.environ.get("SCOPE_LOG_LEVEL", "error"), "console")
    title = title or file.stem.replace("-", " ").replace("_", " ")
    wanted = Order(file=file, title=title, part=_part(from_ms, to_ms), **order)
    with Steps() as steps:
        session = asyncio.run(run(wanted, steps))
    click.echo(json.dumps(session, indent=2, ensure_ascii=False) if as_json else session["prompt"])


@cli.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Also write the pictures there.")
@click.option("--budget", default=24, show_default=True, help="Kept frames at the most.")
@_from
@_to
@_print_settings
def frames(
    file: Path | None, out: Path | None, *, as_json: bool, budget: int, print_settings: bool, **ends: int | None
) -> None:
    """Show the key frames of a recording: one per settled state.

    Without a FILE: short for `scope run frames`.
    """
    if file is None:
        _run(("frames",), print_settings)
        return
    from services.shell.frames import key_frames  # noqa: PLC0415  other commands start faster without it

    logs.configure(os.environ.get("SCOPE_LOG_LEVEL", "error"), "console")
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    found = asyncio.run(key_frames(file, out, budget, _part(**ends)))
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

    issuer = LocalIssuer.load(_folder(data_dir), _configured().internal_key)
    click.echo(issuer.mint(user, ttl, name=name, email=email))


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


@cli.command()
def asyncapi() -> None:
    """Print the AsyncAPI 3 description of the bus, as YAML."""
    from services.shell.asyncapi import as_yaml  # noqa: PLC0415  other commands start faster without it

    click.echo(as_yaml(), nl=False)


def _part(from_ms: int | None, to_ms: int | None) -> Part:
    try:
        return Part(from_ms or 0, to_ms)
    except ValueError as error:
        raise click.BadParameter(f"{error} Give a greater one.", param_hint="--to-ms") from error


def _folder(given: Path | None) -> Path:
    return (given or _configured().data_dir).expanduser().resolve()


def _configured() -> RuntimeSettings:
    return RuntimeSettings()
