"""A settings form: a button enabled, an inline error, switches, an accordion, the dark appearance."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.type("#name", "Nour", "name; save enabled", clear=True)
    await a.pause(500, 900)
    await a.click("#save", "inline_error", "name is taken")
    await a.pause()
    await a.type("#name", "Nour H.", "another name", clear=True)
    await a.pause(400, 700)
    await a.click("#save", "button_state", "saved, button disabled")
    await a.pause()
    await a.click("#utc", "toggle", "UTC")
    await a.pause(700, 1200)
    await a.click("#acc h4", "accordion_open", "advanced")
    await a.pause()
    await a.click("#dark", "theme", "dark")
    await a.pause()
    await a.click("#n2", "navigation", "notifications", flash="no access")
    await a.pause()
    await a.click(".row:nth-child(4) .sw", "toggle", "failed runs")
    await a.pause(700, 1100)
    await a.click("#quiet", "toggle", "quiet hours")
    await a.pause(900, 1200)
