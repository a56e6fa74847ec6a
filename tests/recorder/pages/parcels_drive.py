"""A dense depot of parcels beside a belt: a street, the delayed, heavy first, a van, held, released, a page."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(400, 700)
    await a.type("#q", "elm", "streets narrowed")
    await a.pause(500, 700)
    await a.type("#q", "1jk", "a number, all rows", clear=True)
    await a.pause(200, 400)
    await a.click("#wt", "row_reorder", "heavy first")
    await a.pause(300, 500)
    await a.move((520, 640))
    await a.click("[data-k='d']", "filter", "delayed only")
    await a.pause(200, 400)
    await a.click("tbody tr:nth-child(4)", "selection", "a parcel")
    await a.pause(300, 500)
    await a.click("#as1", "menu_open", "vans")
    await a.pause(200, 400)
    await a.click("#v7", "content_change", "van 7", flash="undefined NaN")
    await a.pause(300, 500)
    await a.click("[data-k='']", "filter", "all again")
    await a.pause(200, 400)
    await a.click("#ho", "toggle", "held")
    await a.pause(300, 500)
    await a.click("#re", "row_delete", "parcel released")
    await a.expect("toast_show", "released")
    await a.move((640, 420))
    await a.expect("toast_hide")
    await a.pause(200, 400)
    await a.click("[data-g='2']", "page_change", "page 2", flash="no parcels")
    await a.pause(700, 1000)
