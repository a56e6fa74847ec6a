"""A calendar at 800x600: months, a tooltip, an event dragged, one added in a dialog, the week view."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.hover("[data-i='9'] .ev", "tooltip_show", "event")
    await a.pause()
    await a.hover((420, 350), "tooltip_hide")
    await a.pause(600, 900)
    await a.click(".d[data-i='18']", "modal_open", "new event")
    await a.pause(400, 700)
    await a.type("#name", "Pottery class", "title")
    await a.pause(400, 700)
    await a.click("#video", "toggle", "video call")
    await a.pause(600, 900)
    await a.click("#save", "modal_close", "event added")
    await a.pause(600, 900)
    await a.click("#w", "tab_switch", "week")
    await a.pause()
    await a.click("#m", "tab_switch", "month again")
    await a.pause(600, 900)
    await a.click("#next", "page_change", "December")
    await a.pause()
    await a.click("#prev", "page_change", "November", flash="October shows first")
    await a.pause(700, 1000)
