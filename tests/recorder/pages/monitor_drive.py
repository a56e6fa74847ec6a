"""A server monitor captured at few frames a second: a dialog, a node that goes, an alert, a history chart."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("[data-n='2']", "modal_open", "restart?")
    await a.pause()
    await a.click("#no", "modal_close", "cancelled")
    await a.pause()
    await a.click("[data-n='2']", "modal_open", "restart? again")
    await a.pause(600, 900)
    await a.click("#yes", "modal_close", "node is draining")
    await a.expect("row_insert", "critical alert")
    await a.pause()
    await a.click("#ack", "content_change", "acknowledged")
    await a.pause()
    await a.click("#hist", "tab_switch", "history chart", flash="upstream timeout")
    await a.pause(1000, 1600)
    await a.click("#live", "tab_switch", "live, all nodes up")
    await a.pause(1200, 1500)
