"""A connection to RabbitMQ that is made anew when it is lost, and what its failures mean to us.

aio-pika's robust connection is not used: it restores channels behind our back, and some of its awaits hang while
the broker is away. Here every wait has a limit, and whoever needs a channel asks for one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aio_pika
from aio_pika import exceptions as amqp
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.abc import FieldTable
from aiormq.exceptions import ChannelAccessRefused, ConnectionNotAllowed
from yarl import URL

from shared.adapters.deliveries import being_cancelled
from shared.model.errors import Misconfigured, Unavailable

LIMIT_S = 10.0  # for one answer of the broker
HEARTBEAT_S = 10
_OLDEST = (3, 10)  # quorum queues that let messages expire and hand them over safely


class Link:
    """One connection. Calls that find it lost open a new one; `close` is for good."""

    def __init__(self, url: URL, purpose: str) -> None:
        self._url, self._purpose = url, purpose
        self._connection: AbstractConnection | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def channel(self, *, confirms: bool = True, prefetch: int = 0) -> AbstractChannel:
        """A new channel. Raise Unavailable, or Misconfigured when the broker does not let us in."""
        async with answered():
            channel = (await self._open()).channel(publisher_confirms=confirms, on_return_raises=confirms)
            await channel.initialize()
            if prefetch:
                await channel.set_qos(prefetch_count=prefetch)
            return channel

    async def _open(self) -> AbstractConnection:
        async with self._opening:
            if self._closed:
                raise Unavailable("The connection to the broker is closed.")
            if self._connection is None or not self._connection.connected.is_set():
                self._connection = None  # `is_closed` tells only whether we closed it
                self._connection = await self._connect()
            return self._connection

    async def _connect(self) -> AbstractConnection:
        place = f"{self._url.host}:{self._url.port or 5672}{self._url.path}"
        names: FieldTable = {"connection_name": f"claude-scope {self._purpose}"}
        try:
            connection = await aio_pika.connect(
                self._url.update_query(heartbeat=HEARTBEAT_S), timeout=LIMIT_S, client_properties=names
            )
        except (amqp.AuthenticationError, amqp.ProbableAuthenticationError) as error:
            raise Misconfigured(f"RabbitMQ at {place} refuses the user or password of SCOPE_BUS_URL.") from error
        except (ConnectionNotAllowed, amqp.InvalidFrameError) as error:  # it depends on the moment which
            words = "Does the virtual host exist, and is the user of SCOPE_BUS_URL allowed on it?"
            raise Misconfigured(f"RabbitMQ at {place} does not let us in. {words}") from error
        except OSError as error:
            raise Unavailable(f"RabbitMQ at {place} cannot be reached: {_words(error)}.") from error
        _check_version(connection, place)
        return connection

    async def close(self) -> None:
        """A broker that does not answer is left without a word."""
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None and connection.connected.is_set():
            with suppress(Unavailable):
                async with answered(2.0):
                    await connection.close()


@asynccontextmanager
async def answered(limit: float = LIMIT_S) -> AsyncIterator[None]:
    """Bound what happens inside by `limit` seconds, and tell failures apart in our own words."""
    try:
        async with asyncio.timeout(limit):
            yield
    except TimeoutError as error:
        raise Unavailable(f"RabbitMQ did not answer within {limit:g} s.") from error
    except amqp.ChannelNotFoundEntity as error:
        raise Unavailable(f"RabbitMQ has no such thing: {_words(error)}. Run `scope topology`.") from error
    except amqp.ChannelPreconditionFailed as error:
        words = f"{_words(error)}. Delete it there, or take another ?prefix= in SCOPE_BUS_URL"
        raise Misconfigured(f"RabbitMQ holds something of that name with other properties: {words}.") from error
    except ChannelAccessRefused as error:
        raise Misconfigured(f"RabbitMQ does not allow this to our user: {_words(error)}.") from error
    except amqp.CONNECTION_EXCEPTIONS as error:
        raise Unavailable(f"The connection to RabbitMQ failed: {_words(error)}.") from error
    except asyncio.CancelledError as error:
        if being_cancelled():
            raise
        raise Unavailable("The connection to RabbitMQ was lost.") from error  # aiormq cancels who waits on it


def _check_version(connection: AbstractConnection, place: str) -> None:
    properties = connection.transport.connection.server_properties if connection.transport else {}
    version = properties.get("version", "?")
    text = version.decode() if isinstance(version, bytes) else str(version)
    if tuple(int(part) for part in text.split(".")[:2] if part.isdigit()) < _OLDEST:
        wanted = ".".join(map(str, _OLDEST))
        raise Misconfigured(f"RabbitMQ at {place} is {text}; {wanted} or newer is needed.")


def _words(error: BaseException) -> str:
    found = [each.decode(errors="replace") if isinstance(each, bytes) else str(each) for each in error.args]
    return " ".join(found) or type(error).__name__
