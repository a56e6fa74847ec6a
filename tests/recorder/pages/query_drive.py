"""A dense SQL desk at 1920x1080: a slip, rows after a spinner, an order, details, a chart, a menu."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(300, 500)
    await a.type("#sql", "select * form wells", "query with a slip")
    await a.pause(500, 700)
    await a.click("#run", "inline_error", "near form")
    await a.pause(300, 500)
    await a.type("#sql", "select * from wells", "query", clear=True)
    await a.pause(500, 700)
    await a.click("#run", "loading_start", "spinner")
    await a.move((1100, 700))
    await a.expect("content_appear", "60 rows", flash="connection closed")
    await a.pause(200, 400)
    await a.scroll(420)
    await a.pause(300, 500)
    await a.click("#h_depth_m", "row_reorder", "deepest first")
    await a.pause(200, 400)
    await a.click("tbody tr:nth-child(22)", "drawer_open", "a well")
    await a.pause(200, 400)
    await a.click("#wt", "toggle", "watched")
    await a.pause(300, 500)
    await a.click("#dx", "drawer_close", "well gone")
    await a.pause(300, 500)
    await a.click("#tc", "chart_appear", "depths", flash="out of memory")
    await a.pause(200, 400)
    await a.context("#t_samples", "menu_open", "of a table")
    await a.pause(200, 400)
    await a.click("#cp", "menu_close", "name copied")
    await a.pause(400, 600)
