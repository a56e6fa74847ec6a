"""A dense stock table at a low bit rate: ticks, a sort, a cell edited, rows added and deleted, filters."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#rows tr:nth-child(4) input", "toggle", "row ticked, delete enabled")
    await a.pause()
    await a.click("#del", "row_delete", "one row deleted")
    await a.pause()
    await a.click("#bystock", "row_reorder", "by stock")
    await a.pause()
    await a.click("#fwd", "page_change", "page 2", flash="session expired")
    await a.pause()
    await a.click("#bystock", "page_change", "page 1")
    await a.pause()
    await a.click("#add", "row_insert", "new row on top")
    await a.pause()
    await a.double("#rows tr:nth-child(6) td:nth-child(7)", "focus", "stock cell becomes a field")
    await a.pause(300, 500)
    await a.keys("140", "typing", "stock")
    await a.pause(500, 800)
    await a.press("Enter", "content_change", "no longer low")
    await a.pause()
    await a.click("#low", "filter", "only low stock")
    await a.pause(900, 1200)
