"""A recipe with a small film beside it: servings, ticks, a timer, tips, a shopping list, cooking mode."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#more", "content_change", "for three")
    await a.pause()
    await a.click("[data-i='1']", "toggle", "carrot is there")
    await a.pause(700, 1100)
    await a.click("#t2", "chart_appear", "nutrition")
    await a.pause(800, 1200)
    await a.click("#t1", "tab_switch", "method")
    await a.pause()
    await a.click("#run", "button_state", "timer runs")
    await a.pause(900, 1400)
    await a.scroll(420)
    await a.pause(600, 900)
    await a.click("#acc h3", "accordion_open", "what if it burns")
    await a.pause()
    await a.click("#shop", "drawer_open", "shopping list")
    await a.pause()
    await a.click("#list p:nth-of-type(2) u", "row_delete", "carrots off the list")
    await a.pause()
    await a.click("#shut", "drawer_close", "shopping list")
    await a.pause()
    await a.click("#dark", "theme", "cooking mode")
    await a.pause()
    await a.click("#fav", "toggle", "kept")
    await a.pause(900, 1200)
