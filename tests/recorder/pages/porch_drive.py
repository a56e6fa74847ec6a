"""Cameras of a house: a live picture, a lamp, a bell, events with a filter, a wait for a spinner, settings."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(700, 1000)
    await a.click("#lamp", "toggle", "lamp on")
    await a.pause(500, 900)
    await a.click("#talk", "button_state", "microphone open")
    await a.expect("toast_show", "somebody at the door")
    await a.expect("toast_hide")
    await a.pause(300, 600)
    await a.click("[data-v='ev']", "navigation", "events")
    await a.pause(500, 900)
    await a.move((420, 480))
    await a.scroll(240)
    await a.pause(500, 900)
    await a.click("[data-k='people']", "filter", "people")
    await a.pause(500, 900)
    await a.click("[data-e='2']", "selection", "one event")
    await a.pause(400, 700)
    await a.type("#who", "Mr. Abbot", "name; button enabled")
    await a.pause(700, 1000)
    await a.click("#save", "loading_start", "only a small spinner")
    await a.expect("content_appear", "will be known")
    await a.pause(500, 900)
    await a.click("[data-v='set']", "tab_switch", "settings")
    await a.pause(500, 900)
    await a.drag("#knob", (700, 180), "wakes sooner")
    await a.pause(500, 900)
    await a.click("#mon", "toggle", "a month")
    await a.pause(900, 1300)
