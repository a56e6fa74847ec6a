"""A translator's desk at double density: an empty string, a missing part, a suggestion, another language, night."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(400, 700)
    await a.click("#f1", "filter", "still empty")
    await a.pause(300, 600)
    await a.click("[data-i='4']", "selection", "boats")
    await a.pause(200, 400)
    await a.type("#ta", "Boote nah", "translation")
    await a.pause(500, 800)
    await a.click("#sv", "inline_error", "a part is missing")
    await a.pause(400, 700)
    await a.click("#ac .h", "accordion_open", "suggestions")
    await a.pause(400, 700)
    await a.click("#us", "content_change", "suggestion taken")
    await a.pause(300, 600)
    await a.click("#un", "toggle", "unsure")
    await a.pause(300, 500)
    await a.click("#sv", "loading_start", "spinner")
    await a.move((660, 555))
    await a.expect("row_delete", "saved, no more empty", flash="somebody else saved")
    await a.pause(300, 600)
    await a.click("#lg", "menu_open", "languages")
    await a.pause(300, 600)
    await a.click("#fi", "page_change", "Finnish")
    await a.pause(300, 600)
    await a.move((200, 380))
    await a.scroll(230)
    await a.pause(400, 700)
    await a.click("#nt", "theme", "night", flash="shrill colours")
    await a.pause(800, 1100)
