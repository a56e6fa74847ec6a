"""A help-desk chat seen first while it slides in: typing dots, a quick reply, a message, a rating."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#track", "loading_start", "own message, typing dots")
    await a.expect("row_insert", "parcel card")
    await a.pause(1100, 1700)
    await a.type("#say", "Can a neighbour take it?", "message")
    await a.pause(400, 700)
    await a.press("Enter", "loading_start", "message sent, typing dots")
    await a.expect("row_insert", "answer", flash="undefined")
    await a.pause(1100, 1600)
    await a.click("#x", "modal_open", "rating")
    await a.pause()
    await a.click("#stars span:nth-child(4)", "toggle", "four stars")
    await a.expect("content_change", "thank you")
    await a.pause(900, 1300)
