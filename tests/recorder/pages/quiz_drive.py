"""A quiz duel: a name, a level, two questions with a creeping timer and a rival who thinks, the result."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(500, 900)
    await a.type("#name", "Wanda", "name; start enabled")
    await a.pause(700, 1000)
    await a.click("#mid", "toggle", "tricky")
    await a.pause(400, 800)
    await a.click("#start", "page_change", "first question")
    await a.pause(900, 1400)
    await a.click("[data-a='1']", "selection", "answer given, rival thinks")
    await a.expect("content_change", "right", flash="wrong")
    await a.pause(500, 900)
    await a.click("#next", "page_change", "second question")
    await a.pause(600, 1000)
    await a.click("#half", "content_change", "two answers gone")
    await a.pause(500, 900)
    await a.click("[data-a='3']", "selection", "answer given, rival thinks")
    await a.expect("content_change", "right")
    await a.pause(400, 800)
    await a.click("#next", "loading_start", "only a spinner")
    await a.expect("page_change", "result", flash="connection lost")
    await a.pause(500, 900)
    await a.click("#see", "accordion_open", "answers")
    await a.pause(700, 1100)
    await a.click("#see", "accordion_close", "answers")
    await a.pause(300, 600)
    await a.click("#again", "navigation", "back to the start")
    await a.pause(1000, 1300)
