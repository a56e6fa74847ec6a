"""A mail client: messages, a star, an archived row with its toast, a message written, a search."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click(".m:nth-child(2) b", "page_change", "message opened")
    await a.pause()
    await a.click(".m:nth-child(1) i", "toggle", "starred")
    await a.pause()
    await a.click(".m:nth-child(4) b", "page_change", "another message", flash="load error before the message")
    await a.pause()
    await a.click("#archive", "row_delete", "archived, toast shown")
    await a.expect("toast_hide")
    await a.pause(500, 800)
    await a.click("#write", "modal_open", "compose")
    await a.pause(500, 900)
    await a.type("#to", "paulo@reis.example", "recipient")
    await a.type("#text", "Paid today, thank you.", "message text")
    await a.pause(500, 800)
    await a.click("#send", "modal_close", "sent")
    await a.pause(500, 800)
    await a.type("#search", "ticket", "live search")
    await a.pause(900, 1200)
