"""Build runs on a large dark screen: a hint, a log, a job run again, durations, a search, another run."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.hover("[data-j='0']", "tooltip_show", "how long it waited")
    await a.pause(700, 1000)
    await a.hover((1100, 130), "tooltip_hide")
    await a.pause(400, 700)
    await a.click("#fold", "accordion_open", "environment")
    await a.pause()
    await a.click("[data-j='7']", "loading_start", "reading the log")
    await a.expect("content_appear", "log of the job", flash="log deleted")
    await a.pause()
    await a.click("#again", "modal_open", "run again?")
    await a.pause()
    await a.click("#yes", "modal_close", "only a spinner in the job")
    await a.expect("content_change", "job is green")
    await a.expect("toast_show", "run is green")
    await a.expect("toast_hide")
    await a.pause(300, 500)
    await a.click("#t2", "chart_appear", "durations")
    await a.pause()
    await a.click("#auto", "toggle", "auto-deploy on")
    await a.pause(600, 900)
    await a.type("#find", "slow", "branches that match")
    await a.pause(700, 1000)
    await a.click("[data-r='811']", "navigation", "another run", flash="502")
    await a.pause(900, 1200)
