"""A reference site with real page loads: contents, a footnote's card, suggestions, night reading."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.hover("#ref", "tooltip_show", "card of a footnote")
    await a.pause()
    await a.hover((640, 640), "tooltip_hide")
    await a.pause(600, 900)
    await a.click("#Gannet", "navigation", "another document")
    await a.pause()
    await a.click("[href='#Breeding']", "scroll", "smooth scroll to a heading")
    await a.pause()
    await a.scroll(-900)
    await a.pause()
    await a.type("#q", "razor", "suggestions")
    await a.pause(600, 900)
    await a.click("[data-n='Razorbill']", "navigation", "document from the search")
    await a.pause()
    await a.click("#night", "theme", "night reading", flash="brown page")
    await a.pause()
    await a.scroll(500)
    await a.pause(900, 1300)
