"""People of a workshop, ten frames a second: narrowed, one of them, keys and shifts, an extension, leave."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(400, 700)
    await a.move((190, 420))
    await a.scroll(330)
    await a.pause(400, 700)
    await a.click("[data-k='Workshop']", "filter", "workshop only")
    await a.pause(300, 600)
    await a.click(".p:nth-child(4)", "page_change", "a person", flash="403")
    await a.pause(400, 600)
    await a.click("#s1", "toggle", "key to the yard")
    await a.pause(300, 600)
    await a.click("#s2", "toggle", "evening shifts", flash="no free shift")
    await a.pause(400, 600)
    await a.type("#ex", "31b", "a letter in it", clear=True)
    await a.pause(500, 700)
    await a.click("#sv", "inline_error", "digits only")
    await a.pause(300, 500)
    await a.type("#ex", "318", "error gone", clear=True)
    await a.pause(500, 700)
    await a.click("#sv", "loading_start", "saving")
    await a.move((760, 660))
    await a.expect("content_appear", "saved", flash="another name")
    await a.pause(300, 500)
    await a.click("#nl", "modal_open", "days of leave")
    await a.pause(200, 400)
    await a.type("#dy", "1 – 5 July", "the days")
    await a.pause(400, 600)
    await a.click("#ok", "row_insert", "asked")
    await a.pause(700, 1000)
