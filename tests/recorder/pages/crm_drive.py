"""A dense table of deals: sorting, ticks with a bulk bar, menus, a removal that seems to fail, a card, a search."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#val", "row_reorder", "sorted by value")
    await a.pause(800, 1200)
    await a.click(".r:nth-child(4) input", "selection", "one row; bulk bar")
    await a.pause()
    await a.click(".r:nth-child(8) input", "selection", "two rows")
    await a.pause(600, 900)
    await a.click("#give", "menu_open", "assign to")
    await a.pause()
    await a.click("[data-w='Petra']", "menu_close", "both are Petra's")
    await a.pause()
    await a.context(".r:nth-child(10) span:nth-child(3)", "menu_open", "row menu")
    await a.pause(500, 800)
    await a.click("[data-w='Remove']", "row_delete", "deal gone", flash="removing failed")
    await a.expect("toast_show", "can be restored")
    await a.expect("toast_hide")
    await a.pause(400, 700)
    await a.click(".r:nth-child(6) a", "drawer_open", "card of a company")
    await a.pause()
    await a.click("[data-s='Offer']", "content_change", "another stage")
    await a.pause()
    await a.click("#act", "tab_switch", "activity", flash="no activity")
    await a.pause(700, 1100)
    await a.click("#bye", "drawer_close", "card")
    await a.pause(500, 900)
    await a.type("#find", "nord", "search; rows that match")
    await a.pause(1000, 1300)
