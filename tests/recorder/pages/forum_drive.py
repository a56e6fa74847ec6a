"""A dark forum in a small window: more topics, another order, a topic, folded replies, a report, an answer."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#more", "loading_start", "spinner below the list")
    await a.expect("content_appear", "two more topics")
    await a.pause()
    await a.click("#sort", "menu_open", "order")
    await a.pause(600, 900)
    await a.click("#most", "row_reorder", "most answers first")
    await a.pause()
    await a.click("[data-i='1']", "navigation", "a topic", flash="no such topic")
    await a.pause()
    await a.click(".p .v", "toggle", "vote")
    await a.pause()
    await a.click("#fold", "accordion_close", "replies folded")
    await a.pause()
    await a.click("#page > .p:nth-last-child(2) .flag", "modal_open", "what is wrong")
    await a.pause(600, 900)
    await a.click("#rude", "toggle", "reason; report enabled")
    await a.pause(500, 800)
    await a.click("#send", "modal_close", "reported")
    await a.pause(500, 800)
    await a.type("#say", "Use braided wire.", "answer")
    await a.pause(500, 900)
    await a.click("#post", "row_insert", "own answer, typing dots below")
    await a.expect("row_insert", "answer of another", flash="removed by a moderator")
    await a.pause(700, 1000)
    await a.move((420, 260))
    await a.scroll(-400)
    await a.pause(900, 1200)
