"""What strangers answer, read whole and within a limit."""

from aiohttp import ClientResponse


async def body_of(response: ClientResponse, most: int) -> bytes:
    """All of the body, however many pieces it comes in. ValueError when it has more than `most` bytes."""
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > most:
            raise ValueError(f"its answer is larger than {most} bytes")
    return bytes(body)
