"""A dark dashboard: clock, live line, shimmering skeletons, a tooltip, a menu, the light theme."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#week", "loading_start", "chart skeleton")
    await a.expect("chart_appear", "week")
    await a.pause()
    await a.hover(".bars div:nth-child(4)", "tooltip_show", "value of a bar")
    await a.pause()
    await a.hover((1180, 330), "tooltip_hide")
    await a.pause()
    await a.click("#month", "loading_start", "chart skeleton")
    await a.expect("chart_appear", "month", flash="figures are NaN")
    await a.pause()
    await a.click("#more", "menu_open")
    await a.pause()
    await a.click("#theme", "theme", "light")
    await a.pause(1000, 1800)
    await a.click("#week", "loading_start", "chart skeleton, light")
    await a.expect("chart_appear", "week, light")
    await a.pause(900, 1300)
