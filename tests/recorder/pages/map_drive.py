"""A map with a bus that never stops: a search, a pop-up, layers, a pan, a zoom, the night map."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#lanes", "toggle", "bike lanes")
    await a.pause()
    await a.click(".s:nth-child(3)", "content_appear", "pop-up of a station", flash="station closed")
    await a.pause()
    await a.drag((700, 520), (560, 420), "map moved; the pop-up goes")
    await a.pause()
    await a.type("#q", "gar", "station search")
    await a.pause()
    await a.click(".s:nth-child(1)", "content_appear", "pop-up of the only result", flash="station closed")
    await a.pause()
    await a.click("#in", "zoom", "one step in")
    await a.pause()
    await a.click("#dark", "theme", "night map")
    await a.pause()
    await a.drag((800, 500), (900, 560), "map moved; the pop-up goes")
    await a.pause(900, 1200)
