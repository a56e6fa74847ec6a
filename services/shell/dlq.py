"""`scope dlq`: the messages that were given up, for an operator."""

import asyncio
from pathlib import Path

import click

from services.shell import dead_letters
from shared.model.events import QUEUES
from shared.runtime import logs
from shared.runtime.settings import RuntimeSettings

_queue = click.argument("queue", type=click.Choice(list(QUEUES)))
_ids = click.argument("ids", nargs=-1)
_every = click.option("--all", "every", is_flag=True, help="All of the queue's.")
_data = click.option(
    "--data", "data_dir", type=click.Path(path_type=Path), help="As of `scope up`, when it is stopped."
)


@click.group()
def dlq() -> None:
    """Messages that were given up: look at them, try them again, or forget them."""
    logs.configure("error", "console")


@dlq.command("list")
@click.argument("queue", required=False, type=click.Choice(list(QUEUES)))
@click.option("--limit", default=100, show_default=True)
@_data
def _list(queue: str | None, limit: int, data_dir: Path | None) -> None:
    """One line per message, oldest first; without a QUEUE those of all."""
    queues = [queue] if queue else list(QUEUES)
    for line in asyncio.run(dead_letters.listed(queues, limit, _settings(data_dir))):
        click.echo(line)


@dlq.command("show")
@_queue
@click.argument("message_id")
@_data
def _show(queue: str, message_id: str, data_dir: Path | None) -> None:
    """A whole message as JSON, with why it was given up."""
    click.echo(asyncio.run(dead_letters.shown(queue, message_id, _settings(data_dir))))


@dlq.command("replay")
@_queue
@_ids
@_every
@_data
def _replay(queue: str, ids: tuple[str, ...], every: bool, data_dir: Path | None) -> None:
    """Put messages back on their queue, attempts counted from zero."""
    count = asyncio.run(dead_letters.replayed(queue, ids, _settings(data_dir), every=every))
    click.echo(f"{count} put back on {queue}")


@dlq.command("drop")
@_queue
@_ids
@_every
@_data
def _drop(queue: str, ids: tuple[str, ...], every: bool, data_dir: Path | None) -> None:
    """Forget messages."""
    count = asyncio.run(dead_letters.dropped(queue, ids, _settings(data_dir), every=every))
    click.echo(f"{count} dropped from {queue}")


@click.command()
@_data
def queues(data_dir: Path | None) -> None:
    """How much waits in each queue, how many consumers take from it, how much was given up."""
    logs.configure("error", "console")
    for line in asyncio.run(dead_letters.queues(_settings(data_dir))):
        click.echo(line)


def _settings(data_dir: Path | None) -> RuntimeSettings:
    return RuntimeSettings(data_dir=data_dir.expanduser().resolve()) if data_dir else RuntimeSettings()
