"""A car charger, dark: a switch, a limit, a wait with a fault, sessions, a month, a wrong plate."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(500, 800)
    await a.click("#eco", "toggle", "only from the roof")
    await a.pause(400, 700)
    await a.drag("#knob", (880, 262), "charge further")
    await a.pause(300, 600)
    await a.click("#go", "loading_start", "spinner")
    await a.move((700, 640))
    await a.expect("content_appear", "charging", flash="cable fault")
    await a.pause(400, 700)
    await a.click("[data-v='ses']", "navigation", "sessions", flash="nothing charged yet")
    await a.move((520, 420))
    await a.scroll(180)
    await a.pause(300, 600)
    await a.click("#cm", "chart_appear", "month")
    await a.pause(400, 700)
    await a.click("[data-v='car']", "tab_switch", "car")
    await a.pause(300, 500)
    await a.type("#pl", "KX40", "plate")
    await a.pause(450, 600)
    await a.click("#keep", "inline_error", "dashes are missing")
    await a.pause(300, 600)
    await a.type("#pl", "KX-40-RD", "plate, error gone", clear=True)
    await a.pause(450, 600)
    await a.click("#keep", "toast_show", "kept")
    await a.move((560, 560))
    await a.expect("toast_hide")
    await a.pause(700, 1000)
