"""An invoice is written: drafts, a line added, moved and removed, VAT, a missing address, a preview, sent."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(500, 900)
    await a.click("[data-t='drafts']", "tab_switch", "drafts")
    await a.pause(500, 900)
    await a.click("[data-n='2044']", "page_change", "the invoice")
    await a.pause(500, 900)
    await a.click("#add", "row_insert", "empty line")
    await a.pause(300, 600)
    await a.type("[data-l='3'] .d", "Hinges", "what for")
    await a.pause(800, 1100)
    await a.type("[data-l='3'] .a", "36", "price; total follows")
    await a.pause(700, 1000)
    await a.click("#vat", "toggle", "VAT on")
    await a.pause(400, 800)
    await a.drag("[data-l='3'] .grip", (60, 275), "hinges to the second place", kind="row_reorder")
    await a.pause(400, 800)
    await a.click("[data-l='2'] .x", "row_delete", "no delivery")
    await a.pause(400, 800)
    await a.click("#send", "inline_error", "no address")
    await a.pause(500, 900)
    await a.type("#mail", "tom@example.org", "address; error gone")
    await a.pause(700, 1000)
    await a.click("#send", "modal_open", "preview")
    await a.pause(900, 1400)
    await a.click("#yes", "modal_close", "sent")
    await a.expect("toast_show", "on its way")
    await a.expect("toast_hide")
    await a.pause(800, 1100)
