"""A radio studio with meters, twice as sharp: microphone, guest, an item carried, a jingle, notes, daylight."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(400, 700)
    await a.click("#mic", "toggle", "microphone open")
    await a.pause(400, 700)
    await a.click("#ln", "toggle", "guest on the line", flash="wrong number")
    await a.pause(300, 500)
    await a.drag("#r6", "#r2", "calls come third", "row_reorder")
    await a.expect("toast_show", "producer has seen it")
    await a.move((420, 540))
    await a.expect("toast_hide")
    await a.pause(200, 400)
    await a.click("[data-x='5']", "row_delete", "weather falls out", flash="empty order")
    await a.pause(300, 500)
    await a.click("#jg", "menu_open", "jingles")
    await a.pause(200, 400)
    await a.click("#jb", "menu_close", "brass chosen")
    await a.pause(300, 500)
    await a.click("#nt", "drawer_open", "notes")
    await a.pause(200, 400)
    await a.type("#tx", "And now Ada", "words counted")
    await a.pause(500, 700)
    await a.click("#cl", "drawer_close", "notes gone")
    await a.pause(300, 500)
    await a.click("#nh", "content_change", "next hour")
    await a.pause(300, 500)
    await a.click("#th", "theme", "daylight", flash="blue page")
    await a.pause(700, 1000)
