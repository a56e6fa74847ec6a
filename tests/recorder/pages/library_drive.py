"""A library catalogue: a search, a facet, a hint, details with a reservation, an order, large print, loans."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(600, 900)
    await a.type("#q", "tide", "search word")
    await a.pause(900, 1200)
    await a.press("Enter", "filter", "books that match", flash="no book was found")
    await a.pause(400, 900)
    await a.click("#audio", "filter", "only with audio")
    await a.pause(400, 900)
    await a.hover("#dot", "tooltip_show", "about the branch")
    await a.pause(700, 1100)
    await a.hover((130, 600), "tooltip_hide")
    await a.pause(300, 700)
    await a.click("[data-i='2']", "accordion_open", "details")
    await a.pause(700, 1300)
    await a.click("#get", "button_state", "reserved", flash="overdue")
    await a.pause(300, 600)
    await a.click("#yr", "row_reorder", "newest first")
    await a.pause(300, 600)
    await a.move((700, 430))
    await a.scroll(260)
    await a.pause(500, 900)
    await a.click("#z2", "toggle", "large print")
    await a.pause(500, 900)
    await a.click("#loans", "tab_switch", "loans")
    await a.pause(400, 800)
    await a.click(".loan:nth-child(2) button", "content_change", "renewed")
    await a.pause(900, 1300)
