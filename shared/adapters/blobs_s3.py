"""The object store on any S3 server, through minio-py in threads of its own."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree.ElementTree import ParseError

import urllib3
from minio import Minio
from minio.commonconfig import Filter
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.lifecycleconfig import AbortIncompleteMultipartUpload, LifecycleConfig, Rule

from shared.adapters.s3_stream import Broken, Pipe
from shared.model.errors import Misconfigured, Unavailable
from shared.ports.blobs import BlobInfo, BlobMissing, checked_key

T = TypeVar("T")
Page = list[BlobInfo]

PART = 5 * 1024 * 1024  # bytes of one part of a multipart upload: the least that S3 takes
_SENT_AT_ONCE = 2  # parts of one upload; one reaches two thirds of what minio-py reaches with its three
_HELD = 1024 * 1024  # bytes between the socket of an upload and the thread that sends it on
_COPY = 1024 * 1024
_UPLOADS, _CALLS = 32, 16  # threads; uploads are long, and nothing else may wait for them
_PAGE = 1000
_MISSING = {"NoSuchKey", "NoSuchObject"}
_REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed"}
_FORGET_UPLOADS_AFTER_DAYS = 1


@dataclass(frozen=True)
class Place:
    """`s3+http(s)://key:secret@host:port/bucket?region=…`, key and secret percent-encoded."""

    endpoint: str
    secure: bool
    access: str
    secret: str
    bucket: str
    region: str | None

    @classmethod
    def of(cls, url: str) -> "Place":
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if not (parts.hostname and parts.username and parts.password and bucket) or "/" in bucket:
            raise Misconfigured(
                "SCOPE_BLOBS_URL must be as s3+https://key:secret@host/bucket, keys percent-encoded."
            )
        region = parse_qs(parts.query).get("region", [None])[0]
        endpoint = parts.netloc.rpartition("@")[2]
        secure = parts.scheme == "s3+https"
        return cls(endpoint, secure, unquote(parts.username), unquote(parts.password), bucket, region)

    def client(self) -> Minio:
        retries = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504])
        timeout = urllib3.Timeout(connect=3.0, read=30.0)
        pool = urllib3.PoolManager(maxsize=_UPLOADS * 2, timeout=timeout, retries=retries)
        try:
            return Minio(
                self.endpoint, self.access, self.secret, secure=self.secure, region=self.region, http_client=pool
            )
        except ValueError as error:
            raise Misconfigured(f"SCOPE_BLOBS_URL names no S3 server: {error}.") from error


class S3Blobs:
    def __init__(self, place: Place) -> None:
        self._place, self._client = place, place.client()
        self._calls = ThreadPoolExecutor(_CALLS, thread_name_prefix="s3")
        self._uploads = ThreadPoolExecutor(_UPLOADS, thread_name_prefix="s3-upload")

    @classmethod
    async def open(cls, url: str) -> "S3Blobs":
        """See that the bucket is there. Raise Unavailable, or Misconfigured."""
        blobs = cls(Place.of(url))
        try:
            await blobs.ping()
            await blobs._call(functools.partial(blobs._page, "probe/", ""))  # only S3 answers this one
        except BaseException:
            await blobs.close()
            raise
        return blobs

    async def put(self, key: str, data: bytes) -> None:
        async def one() -> AsyncIterator[bytes]:
            yield data

        await self.put_stream(key, one())

    async def put_stream(self, key: str, chunks: AsyncIterator[bytes]) -> int:
        """An upload takes about three parts of memory, however long it is."""
        pipe = Pipe(_HELD)
        sending = asyncio.ensure_future(
            self._in(self._uploads, functools.partial(self._send, checked_key(key), pipe))
        )
        try:
            size = await _fed(pipe, chunks, sending)
        except BaseException:
            with suppress(Broken, Unavailable, Misconfigured):
                await _at_last(sending)  # the server forgets the parts, and the thread is free
            raise
        await _at_last(sending)
        return size

    def _send(self, key: str, pipe: Pipe) -> None:
        try:
            data = cast("BinaryIO", pipe)  # what minio-py does with it is reading
            self._client.put_object(
                self._place.bucket, key, data, -1, part_size=PART, num_parallel_uploads=_SENT_AT_ONCE
            )
        finally:
            pipe.leave()

    async def get(self, key: str) -> bytes:
        return await self._call(functools.partial(self._get, checked_key(key)), key)

    def _get(self, key: str) -> bytes:
        response = self._client.get_object(self._place.bucket, key)
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()

    async def fetch(self, key: str, path: Path) -> None:
        await self._call(functools.partial(self._fetch, checked_key(key), path), key)

    def _fetch(self, key: str, path: Path) -> None:
        response = self._client.get_object(self._place.bucket, key)
        try:
            with path.open("xb") as writer:
                try:
                    for piece in response.stream(_COPY):
                        writer.write(piece)
                except BaseException:
                    path.unlink()
                    raise
        finally:
            response.close()
            response.release_conn()

    async def info(self, key: str) -> BlobInfo:
        work = functools.partial(self._client.stat_object, self._place.bucket, checked_key(key))
        found = await self._call(work, key)
        if found.last_modified is None:
            raise Unavailable(f"The S3 server at {self._place.endpoint} does not say how old {key} is.")
        return BlobInfo(key, found.size or 0, found.last_modified)

    async def delete(self, key: str) -> None:
        await self._call(functools.partial(self._client.remove_object, self._place.bucket, checked_key(key)))

    async def delete_prefix(self, prefix: str) -> int:
        return await self._call(functools.partial(self._delete_below, f"{checked_key(prefix)}/"))

    def _delete_below(self, prefix: str) -> int:
        count = 0
        while names := [info.key for info in self._page(prefix, "")]:
            errors = list(self._client.remove_objects(self._place.bucket, map(DeleteObject, names)))
            if errors:
                raise Unavailable(f"The S3 server did not remove {errors[0].name}: {errors[0].message}")
            count += len(names)
        return count

    async def list(self, prefix: str) -> AsyncIterator[BlobInfo]:
        below = f"{checked_key(prefix)}/" if prefix else ""
        after = ""
        while page := await self._call(functools.partial(self._page, below, after)):
            for info in page:
                yield info
            after = page[-1].key

    def _page(self, prefix: str, after: str) -> Page:
        """Up to a page of what follows, in the order of keys."""
        found = self._client.list_objects(
            self._place.bucket, prefix=prefix or None, recursive=True, start_after=after or None
        )
        return [
            BlobInfo(each.object_name, each.size or 0, each.last_modified)
            for _, each in zip(range(_PAGE), found, strict=False)
            if each.object_name and each.last_modified
        ]

    async def ping(self) -> None:
        if not await self._call(functools.partial(self._client.bucket_exists, self._place.bucket)):
            raise Misconfigured(
                f"The bucket {self._place.bucket} of SCOPE_BLOBS_URL does not exist. Make it with `scope topology`."
            )

    async def close(self) -> None:
        """What runs in threads runs to its end by itself."""
        self._calls.shutdown(wait=False)
        self._uploads.shutdown(wait=False)
        self._client._http.clear()  # noqa: SLF001  minio-py closes nothing itself

    async def _call(self, work: Callable[[], T], key: str = "") -> T:
        return await self._in(self._calls, work, key)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T], key: str = "") -> T:
        try:
            running = asyncio.get_running_loop().run_in_executor(pool, work)
        except RuntimeError as error:
            raise Unavailable("The object store is closed.") from error
        with _answered(self._place, key):
            return await _at_last(running)


async def prepare(url: str) -> None:
    """Make the bucket, and let the server forget uploads that a killed process left unfinished. Idempotent."""
    place = Place.of(url)
    blobs = S3Blobs(place)
    try:
        with suppress(Misconfigured):
            await blobs.ping()
            return await blobs._call(functools.partial(_forget_uploads, blobs._client, place))  # noqa: SLF001
        await blobs._call(functools.partial(_make, blobs._client, place))  # noqa: SLF001
        await blobs._call(functools.partial(_forget_uploads, blobs._client, place))  # noqa: SLF001
    finally:
        await blobs.close()


def _make(client: Minio, place: Place) -> None:
    try:
        client.make_bucket(place.bucket, location=place.region)
    except S3Error as error:
        if error.code not in {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}:
            raise


def _forget_uploads(client: Minio, place: Place) -> None:
    rule = Rule(
        "Enabled",
        rule_filter=Filter(prefix=""),
        rule_id="unfinished-uploads",
        abort_incomplete_multipart_upload=AbortIncompleteMultipartUpload(
            days_after_initiation=_FORGET_UPLOADS_AFTER_DAYS
        ),
    )
    client.set_bucket_lifecycle(place.bucket, LifecycleConfig([rule]))


async def _fed(pipe: Pipe, chunks: AsyncIterator[bytes], sending: "asyncio.Future[None]") -> int:
    """Feed the pipe; a sender that fails meanwhile ends it with its own failure."""
    feeding = asyncio.ensure_future(pipe.feed(chunks))
    try:
        both: set[asyncio.Future[Any]] = {feeding, sending}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
        return await feeding
    finally:
        if not feeding.done():
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)


async def _at_last(running: "asyncio.Future[T]") -> T:
    """A cancelled caller waits until the thread has let go of what it holds."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        left: set[asyncio.Future[T]] = {running}
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait(left)
        raise


@contextmanager
def _answered(place: Place, key: str) -> Iterator[None]:
    """Failures of the server in our own words."""
    where = f"The S3 server at {place.endpoint}"
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            raise BlobMissing(f"Nothing is stored under {key}.") from error
        if error.code == "NoSuchBucket":
            raise Misconfigured(f"{where} has no bucket {place.bucket}. Make it with `scope topology`.") from error
        if error.code in _REFUSED:
            raise Misconfigured(f"{where} refuses the keys of SCOPE_BLOBS_URL: {error.code}.") from error
        raise Unavailable(f"{where} could not do it: {error.code}, {error.message}.") from error
    except (ServerError, InvalidResponseError, MinioException, ParseError, ValueError) as error:
        raise Unavailable(f"{where} gave no answer of S3: {error}") from error
    except urllib3.exceptions.HTTPError as error:
        raise Unavailable(f"{where} does not answer: {_reason(error)}.") from error


def _reason(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    return _reason(reason) if isinstance(reason, BaseException) else str(error).partition(": ")[2] or str(error)
