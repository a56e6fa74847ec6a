"""Looking for a room, seen first as skeletons: dates, a price dragged down, a voucher, a wait, the booking."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.expect("content_appear", "five places")
    await a.pause()
    await a.click("#when", "menu_open", "calendar")
    await a.pause(500, 900)
    await a.click("[data-d='12']", "selection", "first day")
    await a.pause(500, 800)
    await a.click("[data-d='16']", "selection", "last day, days between")
    await a.expect("menu_close", "dates chosen")
    await a.pause()
    await a.drag("#knob", (200, 166), "price at most 130; fewer places")
    await a.pause()
    await a.click("#Bicycles", "filter", "with bicycles")
    await a.pause()
    await a.click("[data-h='The Weaver']", "navigation", "the booking", flash="taken")
    await a.pause()
    await a.click("#bf", "toggle", "breakfast, other price")
    await a.pause()
    await a.type("#code", "AUTUMN", "voucher")
    await a.pause(500, 800)
    await a.click("#use", "inline_error", "voucher ended")
    await a.pause()
    await a.click("#book", "loading_start", "asking the hotel, bar creeps")
    await a.expect("page_change", "booked", flash="time-out")
    await a.pause(1000, 1300)
