"""The ARIA job: the pages of a session → their accessibility trees and pictures."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import structlog

from services.analysis.aria import BrowserMissing, BrowserSettings, UrlPolicy, open_pages
from services.analysis.aria.opening import Opened
from services.analysis.aria.picture import masked_picture
from services.analysis.aria.redaction import Found, redacted
from services.analysis.merge.lanes import lane_end
from services.analysis.settings import AnalysisSettings
from shared.model.analysis import Inspection
from shared.model.blob_keys import inspection_key, page_image_key, storage_state_key
from shared.model.errors import FailureCode, ScopeError
from shared.model.evidence import PageSnapshot
from shared.model.session import Recording
from shared.model.storage_state import StorageState
from shared.model.transitions import LaneEnded
from shared.ports.blobs import BlobMissing
from shared.runtime.ledger import Decision
from shared.runtime.sealing import about_login
from shared.runtime.vault import Sealed, load_vault
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work

_log = structlog.get_logger(__name__)
_DENSE = 2000  # pixels of width from which a recording is more likely of a screen with two pixels for one


def aria_job(ports: Ports, settings: AnalysisSettings) -> Job:
    policy = UrlPolicy(settings.aria_policy, settings.aria_allow)
    # Pages that would pass the job's own limit are left out: the ones that were read must not be lost with them.
    browser = BrowserSettings(executable=settings.browser, total_timeout=0.9 * settings.aria_timeout)

    async def look(work: Work) -> Decision:
        began = time.perf_counter()
        session = work.session
        await work.progress(f"opening {len(session.urls)} page(s)")
        prepared = replace(
            as_recorded(browser, session.recording), storage_state=await _login(ports, settings, session.id)
        )
        opened = await _opened(session.urls, policy, prepared)
        masked: Found = Counter()
        snapshots = [await _kept(ports, session.id, n, page, masked) for n, page in enumerate(opened)]
        inspection = Inspection(
            urls_inspected=tuple(page.url for page in snapshots if page.success),
            duration_ms=round((time.perf_counter() - began) * 1000),
            snapshots=tuple(snapshots),
            masked={str(kind): count for kind, count in sorted(masked.items())},
        )
        await ports.blobs.put(inspection_key(session.id), inspection.model_dump_json(by_alias=True).encode())
        return lane_end(ports.blobs, lane_ended(inspection))

    def failed(code: FailureCode, message: str) -> Decision:
        return lane_end(ports.blobs, LaneEnded("playwright_lane", error=message))

    return Job("aria", look, "playwright_lane", failed, settings.aria_timeout, settings.aria_concurrency)


def as_recorded(browser: BrowserSettings, recording: Recording | None) -> BrowserSettings:
    """With the viewport of the recorded tab, so that the page lays itself out as it did there."""
    if recording is None or recording.declared_pixels is None:
        return browser
    width, height = recording.declared_pixels
    scale = 2 if width >= _DENSE else 1
    return replace(browser, width=min(max(width // scale, 320), 2560), height=min(max(height // scale, 240), 1600))


async def _login(ports: Ports, settings: AnalysisSettings, session_id: str) -> dict[str, Any] | None:
    """The login that came with the recording. One that does not open is as good as none, and the log says so."""
    try:
        version, _, text = (await ports.blobs.get(storage_state_key(session_id))).decode().partition(":")
        vault = load_vault(settings.data_dir, settings.vault_keys, settings.internal_key)
        plain = vault.open(Sealed(text, int(version)), about_login(session_id))
    except BlobMissing:
        return None
    except ScopeError as error:
        _log.warning("the login of a recording does not open", reason=error.message)
        return None
    return StorageState.model_validate_json(plain).for_playwright()


async def _opened(urls: tuple[str, ...], policy: UrlPolicy, browser: BrowserSettings) -> tuple[Opened, ...]:
    try:
        return await open_pages(urls, policy=policy, settings=browser)
    except BrowserMissing as missing:
        return tuple(Opened(PageSnapshot(url=url, success=False, error=missing.message)) for url in urls)


async def _kept(ports: Ports, session_id: str, number: int, opened: Opened, masked: Found) -> PageSnapshot:
    """The snapshot as it may be stored, with its picture beside it."""
    clean = redacted(opened.snapshot, masked)
    if opened.picture is None:
        return clean
    key = page_image_key(session_id, number)
    await ports.blobs.put(key, await asyncio.to_thread(masked_picture, opened.picture, opened.snapshot, clean))
    return clean.model_copy(update={"image_key": key})


def lane_ended(inspection: Inspection) -> LaneEnded:
    """The lane is in error when the page that was recorded, the first one, could not be opened."""
    pages = inspection.snapshots
    opened = f"{len(inspection.urls_inspected)} of {len(pages)} page(s) opened"
    troubles = [(page.url, page.error or page.note or "") for page in pages]
    told = [words if url in words else f"{url}: {words}" for url, words in troubles if words]
    detail = "; ".join([opened, *told])
    error = None if pages and pages[0].success else (pages[0].error if pages else "There was no page to open.")
    return LaneEnded("playwright_lane", error, detail, inspection.urls_inspected)
