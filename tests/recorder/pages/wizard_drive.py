"""A four-step form: choices, an error, a wait of which only a spinner shows, a false failure before success."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click(".opt:nth-child(3)", "selection", "electric; continue enabled")
    await a.pause()
    await a.click("#next", "page_change", "step 2")
    await a.pause(500, 900)
    await a.type("#cost", "12oo", "price")
    await a.pause(400, 700)
    await a.click("#next", "inline_error", "not a number")
    await a.pause()
    await a.type("#cost", "1200", "price corrected", clear=True)
    await a.pause(400, 700)
    await a.click("#lock", "toggle", "approved lock")
    await a.pause(600, 900)
    await a.click("#next", "loading_start", "error gone, small spinner")
    await a.expect("page_change", "offer")
    await a.pause()
    await a.click("#yearly", "toggle", "yearly, other price")
    await a.pause()
    await a.click("#next", "loading_start", "paying")
    await a.expect("page_change", "covered", flash="payment failed")
    await a.pause(1000, 1400)
