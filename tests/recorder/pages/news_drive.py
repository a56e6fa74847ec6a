"""A newspaper with a running headline and film: cookies, a poll, a live line, an article, a letter, text size."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#nope", "modal_close", "cookie banner gone")
    await a.pause()
    await a.click("#nay", "toggle", "no; vote enabled")
    await a.pause()
    await a.click("#vote", "chart_appear", "result")
    await a.expect("row_insert", "line in the live feed")
    await a.pause()
    await a.click("#head", "navigation", "article", flash="for subscribers")
    await a.pause()
    await a.click("#save", "toggle", "saved")
    await a.pause()
    await a.move((720, 500))
    await a.scroll(300)
    await a.pause(400, 700)
    await a.type("#mail", "eva@tide", "address")
    await a.pause(500, 900)
    await a.click("#join", "inline_error", "address is not whole")
    await a.pause()
    await a.type("#mail", "eva@tide.no", "whole address", clear=True)
    await a.pause(500, 800)
    await a.click("#join", "content_change", "thank you", flash="block list")
    await a.pause()
    await a.click("#aa", "menu_open", "size")
    await a.pause(500, 800)
    await a.click("#big", "menu_close", "large text")
    await a.pause(1000, 1300)
