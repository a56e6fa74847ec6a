"""A home router: a live line, a hint, a device blocked, guest Wi-Fi with a wait for a spinner, a light theme."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(600, 1000)
    await a.hover("#q", "tooltip_show", "about the line")
    await a.pause(800, 1200)
    await a.hover((760, 560), "tooltip_hide")
    await a.pause(300, 600)
    await a.click("[data-v='dev']", "navigation", "devices")
    await a.pause(500, 900)
    await a.click("[data-d='4']", "menu_open", "of the TV")
    await a.pause(500, 900)
    await a.click("#block", "menu_close", "TV blocked")
    await a.pause(500, 900)
    await a.click("[data-v='wifi']", "navigation", "Wi-Fi")
    await a.pause(400, 800)
    await a.click("#c44", "toggle", "channel 44; apply enabled")
    await a.pause(400, 800)
    await a.click("#guest", "toggle", "guests on; apply disabled")
    await a.pause(400, 700)
    await a.type("#pw", "cedar-7-lamp", "password; apply enabled")
    await a.pause(800, 1100)
    await a.drag("#knob", (490, 262), "less power")
    await a.pause(400, 700)
    await a.click("#save", "loading_start", "only a small spinner")
    await a.expect("content_appear", "applied")
    await a.pause(600, 1000)
    await a.click("#day", "theme", "light")
    await a.pause(600, 900)
    await a.click("[data-v='home']", "navigation", "status")
    await a.pause(1000, 1300)
