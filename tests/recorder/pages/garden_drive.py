"""A garden plan under a rainy sky: plants into beds, a bed's needs, summer, a seed shop that loads, a note."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(600, 900)
    await a.drag("[data-p='0']", (920, 180), "tomatoes into the long bed")
    await a.pause(500, 900)
    await a.drag("[data-p='3']", (330, 500), "aubergines among the herbs")
    await a.pause(400, 800)
    await a.click("[data-b='2']", "selection", "the long bed", flash="what it needs is in the wrong place")
    await a.pause(500, 900)
    await a.click("#plus", "content_change", "more water")
    await a.pause(400, 700)
    await a.click("#fold", "accordion_open", "companions")
    await a.pause(800, 1200)
    await a.click("#fold", "accordion_close", "companions")
    await a.pause(300, 600)
    await a.type("#memo", "Net against pigeons", "note")
    await a.pause(900, 1200)
    await a.click("#sum", "tab_switch", "summer")
    await a.pause(400, 800)
    await a.click("#shop", "drawer_open", "seed shop, shimmer")
    await a.expect("content_appear", "seeds", flash="nothing for this month")
    await a.pause(600, 1000)
    await a.click(".gd:nth-child(2) button", "button_state", "in the basket")
    await a.pause(500, 900)
    await a.click("#shut", "drawer_close", "seed shop")
    await a.pause(900, 1200)
