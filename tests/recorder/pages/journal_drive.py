"""A diary at twice the pixels: a page, a text, a mood, a tag, an ink theme, older days, a lock, a page torn out."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(600, 900)
    await a.click("[data-i='2']", "page_change", "another day", flash="page without its style")
    await a.pause(400, 800)
    await a.type("#text", "Ninety-one steps and a cat.", "text")
    await a.pause(900, 1200)
    await a.click("[data-m='bright']", "toggle", "bright")
    await a.pause(400, 800)
    await a.type("#tag", "city", "tag")
    await a.pause(800, 1100)
    await a.press("Enter", "row_insert", "tag added")
    await a.pause(500, 900)
    await a.click("#dots", "menu_open", "page menu")
    await a.pause(500, 900)
    await a.click("#ink", "theme", "ink", flash="shrill colours")
    await a.pause(500, 900)
    await a.click("#lock", "button_state", "locked")
    await a.expect("toast_show", "kept")
    await a.expect("toast_hide")
    await a.pause(300, 600)
    await a.move((110, 330))
    await a.scroll(220, "older days")
    await a.pause(500, 900)
    await a.click("#dots", "menu_open", "page menu")
    await a.pause(400, 700)
    await a.click("#del", "modal_open", "tear out?")
    await a.pause(700, 1100)
    await a.click("#tear", "row_delete", "page torn out")
    await a.pause(900, 1300)
