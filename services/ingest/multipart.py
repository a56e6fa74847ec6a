"""The multipart body of an upload, read once, in any order of its parts, in bounded memory."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader
from aiohttp.http import HttpProcessingError
from pydantic import ValidationError

from services.ingest.form import FIELDS, MAX_FIELD_BYTES, MAX_STATE_BYTES, REPEATABLE, UploadForm, gathered
from services.ingest.settings import MAX_RECORDING_BYTES
from services.ingest.sniff import CONTAINERS, HEAD, Container, container_of, looks_like, size_of
from shared.model.errors import FieldError
from shared.runtime import metrics
from shared.runtime.problems import Problem, from_validation, invalid

_CHUNK = 64 * 1024
_MAX_PARTS = 32

Sink = Callable[[AsyncIterator[bytes]], Awaitable[int]]


@dataclass
class Video:
    """What was learnt while the file went by."""

    mime_type: str
    container: Container
    pixels: tuple[int, int] | None = None  # width and height as the file declares them
    size: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


@dataclass(frozen=True)
class Upload:
    form: UploadForm
    video: Video

    @property
    def fingerprint(self) -> str:
        """The same for the same request, whatever the order of its parts."""
        return hashlib.sha256(f"{self.form.model_dump_json()}\n{self.video.sha256}".encode()).hexdigest()


async def read_upload(reader: MultipartReader, sink: Sink) -> Upload:
    """Read the body; the file goes to `sink` chunk by chunk. Problem 400 for anything that is not as documented."""
    fields: list[tuple[str, str]] = []
    video: Video | None = None
    try:
        async for part in _parts(reader):
            name = _checked_name(part, fields, video)
            if name == "file":
                video = await _read_file(part, sink)
            else:
                fields.append((name, await _read_text(part, name)))
    except (ValueError, ClientPayloadError, HttpProcessingError) as error:
        message = "The multipart body is broken or ends too early. Send it again as a whole."
        raise Problem(400, message) from error
    return _whole(fields, video)


async def _parts(reader: MultipartReader) -> AsyncIterator[BodyPartReader]:
    count = 0
    while (part := await reader.next()) is not None:
        count += 1
        if count > _MAX_PARTS or not isinstance(part, BodyPartReader):
            raise Problem(400, f"The form may have at most {_MAX_PARTS} plain parts.")
        yield part


def _checked_name(part: BodyPartReader, fields: list[tuple[str, str]], video: Video | None) -> str:
    """Unknown and repeated fields are refused before any more is read."""
    name = part.name or ""
    if name != "file" and name not in FIELDS:
        raise invalid(
            [FieldError(name or "(unnamed)", "is not a known form field; remove it or check its spelling.")]
        )
    again = video is not None if name == "file" else any(name == known for known, _ in fields)
    if again and name not in REPEATABLE:
        raise invalid([FieldError(name, "may be given only once.")])
    return name


async def _read_text(part: BodyPartReader, name: str) -> str:
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        data += chunk
        limit = MAX_STATE_BYTES if name == "storageState" else MAX_FIELD_BYTES
        if len(data) > limit:
            raise invalid([FieldError(name, f"is longer than {limit} bytes.")])
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise invalid([FieldError(name, "is not UTF-8 text.")]) from error


async def _read_file(part: BodyPartReader, sink: Sink) -> Video:
    declared = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if declared not in CONTAINERS:
        raise invalid([FieldError("file", _wrong_type(declared))])
    head = await _head(part)
    container = container_of(head)
    if container != CONTAINERS[declared]:
        raise invalid([FieldError("file", _wrong_content(declared, head, container))])
    video = Video(declared, container, size_of(head))
    await sink(measured(_chunks(part, head), video))
    return video


async def _head(part: BodyPartReader) -> bytes:
    head = b""
    while len(head) < HEAD and (chunk := await part.read_chunk(_CHUNK)):
        head += chunk
    if not head:
        raise invalid([FieldError("file", "is empty; the recorder wrote nothing. Record again.")])
    return head


async def _chunks(part: BodyPartReader, head: bytes) -> AsyncIterator[bytes]:
    chunk = head
    while chunk:
        yield chunk
        chunk = await part.read_chunk(_CHUNK)


async def measured(chunks: AsyncIterator[bytes], video: Video) -> AsyncIterator[bytes]:
    """The chunks as they are; size and hash are noted in `video`. Problem 400 when it is too large."""
    async for chunk in chunks:
        video.size += len(chunk)
        if video.size > MAX_RECORDING_BYTES:
            raise too_large()
        video._hash.update(chunk)  # noqa: SLF001  the same module
        metrics.UPLOAD_BYTES.inc(len(chunk))
        yield chunk


def too_large() -> Problem:
    words = f"is larger than {MAX_RECORDING_BYTES} bytes (100 MB). Record a shorter time or a smaller window."
    return invalid([FieldError("file", words)])


def _whole(fields: list[tuple[str, str]], video: Video | None) -> Upload:
    try:
        form = UploadForm.model_validate(gathered(fields))
    except ValidationError as error:
        raise from_validation(error) from error
    if video is None:
        raise invalid(
            [FieldError("file", "is required: the recording, as video/webm, video/mp4 or video/x-matroska.")]
        )
    return Upload(form, video)


def _wrong_type(declared: str) -> str:
    given = f"is declared as {declared}" if declared else "has no Content-Type"
    known = ", ".join(CONTAINERS)
    return f"{given}; it must be one of {known} (with curl: -F 'file=@recording.webm;type=video/webm')."


def _wrong_content(declared: str, head: bytes, container: Container | None) -> str:
    if container is not None:
        right = next(name for name, kind in CONTAINERS.items() if kind == container)
        return f"is declared as {declared}, but its content is {right}. Declare it as what it is."
    return f"is not a video: its content is {looks_like(head)}. Upload a WebM, Matroska or MP4 recording."
