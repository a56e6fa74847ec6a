"""An auction on a large screen with countdowns: a filter, an order, a lot, a low bid, one that leads."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(600, 900)
    await a.click("[data-k='Clocks']", "filter", "clocks")
    await a.pause(500, 900)
    await a.click("#low", "row_reorder", "lowest first")
    await a.pause(500, 900)
    await a.click("[data-l='14']", "page_change", "a lot")
    await a.pause(600, 1000)
    await a.click("#th2", "content_change", "another picture")
    await a.pause(400, 800)
    await a.click("#star", "toggle", "watched")
    await a.pause(300, 600)
    await a.type("#sum", "400", "bid")
    await a.pause(700, 1000)
    await a.click("#go", "inline_error", "too low")
    await a.pause(400, 800)
    await a.type("#sum", "460", "higher bid, error gone", clear=True)
    await a.pause(700, 1000)
    await a.click("#go", "modal_open", "sure?")
    await a.pause(700, 1100)
    await a.click("#yes", "modal_close", "small spinner")
    await a.expect("row_insert", "own bid leads", flash="wrong price and badge")
    await a.pause(600, 1000)
    await a.click("#tc", "chart_appear", "prices")
    await a.pause(700, 1100)
    await a.click("#back", "navigation", "all clocks", flash="500")
    await a.pause(900, 1300)
