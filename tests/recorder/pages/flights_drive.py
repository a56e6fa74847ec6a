"""A flight search at eight frames a second: skeletons, results, filters, a new order, scrolling, a drawer."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.type("#to", "Lisbon", "destination")
    await a.pause(500, 800)
    await a.click("#go", "loading_start", "skeletons")
    await a.expect("content_appear", "flights", flash="no flights found")
    await a.pause()
    await a.click("#cheap", "row_reorder", "cheapest first")
    await a.pause()
    await a.move((760, 420))
    await a.scroll(420)
    await a.pause()
    await a.scroll(-420)
    await a.pause()
    await a.click("#direct", "filter", "direct only")
    await a.pause()
    await a.click("#bag", "filter", "with luggage")
    await a.pause()
    await a.click(".pick", "drawer_open", "trip")
    await a.pause(1000, 1400)
