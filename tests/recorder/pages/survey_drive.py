"""A survey, captured at ten frames a second: a choice, a slider, an order, a face, a text with an error, thanks."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(400, 700)
    await a.click("[data-i='1']", "toggle", "once or twice; next enabled")
    await a.pause(400, 700)
    await a.click("#go", "page_change", "queue")
    await a.pause(400, 700)
    await a.drag("#knob", (660, 330), "queue of ten minutes")
    await a.pause(400, 700)
    await a.click("#go", "page_change", "order")
    await a.pause(400, 700)
    await a.drag(".o:nth-child(3)", (600, 255), "longer hours first", kind="row_reorder")
    await a.pause(400, 700)
    await a.click("#go", "page_change", "faces")
    await a.pause(400, 700)
    await a.click("[data-f='2']", "selection", "a smile; next enabled")
    await a.pause(400, 700)
    await a.click("#go", "page_change", "text")
    await a.pause(500, 800)
    await a.type("#text", "More soup", "text")
    await a.pause(600, 900)
    await a.click("#go", "inline_error", "too short")
    await a.pause(400, 700)
    await a.type("#text", "More soup, please", "longer text", clear=True)
    await a.pause(500, 800)
    await a.click("#go", "loading_start", "sending")
    await a.expect("page_change", "thanks")
    await a.pause(1000, 1300)
