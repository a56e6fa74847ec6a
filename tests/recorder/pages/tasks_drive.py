"""A task list: ticks, a new row, one dragged to another place, a group closed; cut off while a dialog opens."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click(".t:nth-child(2) input", "toggle", "task done, bar grows")
    await a.pause()
    await a.type("#new", "Fix the bike light", "new task")
    await a.pause(400, 700)
    await a.press("Enter", "row_insert", "task on top")
    await a.pause()
    await a.drag(".t:nth-child(5) .grip", (360, 260), "row moved up", kind="row_reorder")
    await a.pause()
    await a.click("#later", "navigation", "later", flash="nothing to do")
    await a.pause()
    await a.click("#week", "navigation", "this week")
    await a.pause()
    await a.click("#head", "accordion_close", "group closed")
    await a.pause()
    await a.click("#head", "accordion_open", "group open")
    await a.pause()
    await a.cut("#end", "modal_open", "cut off while the dialog opens", after=0.18)
