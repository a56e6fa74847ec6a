"""The ARIA job: the pages of a session → their accessibility trees."""

import time

from services.analysis.aria import BrowserMissing, BrowserSettings, UrlPolicy, inspect
from services.analysis.merge.lanes import lane_end
from services.analysis.settings import AnalysisSettings
from shared.model.analysis import Inspection
from shared.model.blob_keys import inspection_key
from shared.model.errors import FailureCode
from shared.model.evidence import PageSnapshot
from shared.model.transitions import LaneEnded
from shared.runtime.ledger import Decision
from shared.runtime.wiring import Ports
from shared.runtime.worker import Job, Work


def aria_job(ports: Ports, settings: AnalysisSettings) -> Job:
    policy = UrlPolicy(settings.aria_policy, settings.aria_allow)
    # Pages that would pass the job's own limit are left out: the ones that were read must not be lost with them.
    browser = BrowserSettings(executable=settings.browser, total_timeout=0.9 * settings.aria_timeout)

    async def look(work: Work) -> Decision:
        began = time.perf_counter()
        await work.progress(f"opening {len(work.session.urls)} page(s)")
        snapshots = await _snapshots(work.session.urls, policy, browser)
        inspection = Inspection(
            urls_inspected=tuple(page.url for page in snapshots if page.success),
            duration_ms=round((time.perf_counter() - began) * 1000),
            snapshots=snapshots,
        )
        await ports.blobs.put(inspection_key(work.session.id), inspection.model_dump_json(by_alias=True).encode())
        return lane_end(ports.blobs, lane_ended(inspection))

    def failed(code: FailureCode, message: str) -> Decision:
        return lane_end(ports.blobs, LaneEnded("playwright_lane", error=message))

    return Job("aria", look, "playwright_lane", failed, settings.aria_timeout, settings.aria_concurrency)


async def _snapshots(
    urls: tuple[str, ...], policy: UrlPolicy, browser: BrowserSettings
) -> tuple[PageSnapshot, ...]:
    try:
        return await inspect(urls, policy=policy, settings=browser)
    except BrowserMissing as missing:
        return tuple(PageSnapshot(url=url, success=False, error=missing.message) for url in urls)


def lane_ended(inspection: Inspection) -> LaneEnded:
    """The lane is in error when the page that was recorded, the first one, could not be opened."""
    pages = inspection.snapshots
    opened = f"{len(inspection.urls_inspected)} of {len(pages)} page(s) opened"
    troubles = [(page.url, page.error or page.note or "") for page in pages]
    told = [words if url in words else f"{url}: {words}" for url, words in troubles if words]
    detail = "; ".join([opened, *told])
    error = None if pages and pages[0].success else (pages[0].error if pages else "There was no page to open.")
    return LaneEnded("playwright_lane", error, detail, inspection.urls_inspected)
