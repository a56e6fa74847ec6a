"""The page in Firefox: every view comes, nothing is complained of."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser import firefox
from tests.browser.firefox import Firefox, firefox_at
from tests.browser.seeds import in_work, reviewed
from tests.require import missing
from tests.rest.pipeline import end_lanes, keep_frames
from tests.rest.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Firefox]:
    executable = firefox.find() or missing("no Firefox here: apt-get install firefox-esr")
    async with firefox_at(executable, tmp_path_factory.mktemp("profile")) as running:
        yield running


async def test_reviewing_and_the_prompt(fox: Firefox, service: Service) -> None:
    session = await reviewed(service, "usr_fox", title="Save does nothing")
    await fox.opens(f"{service.url}/#/welcome/{service.welcome('usr_fox')}")
    await fox.sees("Save does nothing")
    await fox.opens(f"{service.url}/#/sessions/{session.id}")
    await fox.sees("State 1 of 3")
    await fox.sees("# Save does nothing")
    await fox.evaluate("document.querySelectorAll('.shot')[1].click()")
    await fox.sees("State 2 of 3")
    await fox.sees("Name is required")
    await fox.clicks("[role=tab][data-key=CURSOR]")
    await fox.clicks(".switches input:not(:checked)")
    loaded = "[...document.querySelectorAll('.picture img.now')].every(image => image.naturalWidth === 1280)"
    assert await fox.evaluate(loaded)
    await fox.clicks(".prompt-panel summary")
    await fox.sees("includeRawDiff=true")
    assert fox.complaints == []


async def test_watching(fox: Firefox, service: Service) -> None:
    session = await in_work(service, "usr_fox2", title="In work")
    await fox.opens(f"{service.url}/#/welcome/{service.welcome('usr_fox2')}")
    await fox.sees("In work")
    await fox.opens(f"{service.url}/#/sessions/{session.id}")
    await fox.sees("Cancel and delete")
    await keep_frames(service, session.id)
    await fox.sees("3 frames kept")
    await end_lanes(service, session.id)
    await fox.sees("State 1 of 3")
    assert fox.complaints == []


async def test_recording_and_settings(fox: Firefox, service: Service) -> None:
    await fox.opens(f"{service.url}/#/welcome/{service.welcome('usr_fox3')}")
    await fox.sees("No recordings yet")
    await fox.opens(f"{service.url}/#/record")
    await fox.sees("Choose a tab and record")
    await fox.opens(f"{service.url}/#/settings")
    await fox.sees("Keys for models")
    assert fox.complaints == []
