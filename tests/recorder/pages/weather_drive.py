"""Weather at a low bit rate: a hint, a warning, hours, other degrees, another town after a wait, places, night."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.hover("[data-d='2']", "tooltip_show", "what Friday brings")
    await a.pause(700, 1000)
    await a.hover((600, 660), "tooltip_hide")
    await a.pause(400, 600)
    await a.click("#alert", "accordion_open", "gale warning")
    await a.pause()
    await a.click("#hr", "chart_appear", "hours")
    await a.pause()
    await a.click("#unit", "toggle", "Fahrenheit everywhere, warning closed")
    await a.pause()
    await a.type("#find", "aarh", "town; suggestions")
    await a.pause(600, 900)
    await a.click("#go", "loading_start", "spinner")
    await a.expect("content_appear", "Aarhus", flash="no station")
    await a.pause()
    await a.click("#keep", "row_insert", "one more place")
    await a.pause()
    await a.click("[data-p='Porto']", "row_delete", "one place less")
    await a.pause()
    await a.click("#wk", "tab_switch", "week")
    await a.pause()
    await a.click("#night", "theme", "night")
    await a.pause(900, 1200)
