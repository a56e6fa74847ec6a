"""A lesson with a film that plays at 25 frames a second while everything else is done around it."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#like", "toggle", "liked")
    await a.pause()
    await a.type("#text", "Great drawing, thanks!", "comment; button enabled")
    await a.pause(500, 800)
    await a.click("#post", "row_insert", "comment posted")
    await a.pause()
    await a.click("#gear", "menu_open", "quality, over the film")
    await a.pause()
    await a.click("#low", "menu_close", "480p")
    await a.pause()
    await a.click("#t2", "tab_switch", "transcript", flash="not available")
    await a.pause()
    await a.click("#play", "toggle", "film paused")
    await a.pause()
    await a.click("#save", "button_state", "saved")
    await a.pause(800, 1200)
