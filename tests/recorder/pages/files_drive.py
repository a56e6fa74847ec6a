"""A file manager: folders, a context menu, a name changed, rows reordered and removed, an upload's creeping bar."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click("#rows tr:nth-child(3)", "selection", "a row")
    await a.pause()
    await a.click("#sort", "row_reorder", "by size")
    await a.pause()
    await a.click("#upload", "loading_start", "upload panel with a bar")
    await a.expect("row_insert", "upload done")
    await a.pause()
    await a.context("#rows tr:nth-child(4)", "menu_open", "context menu")
    await a.pause()
    await a.click("#rename", "menu_close", "the name becomes a field")
    await a.pause(400, 700)
    await a.type("#field", "signed.pdf", "new name")
    await a.pause(500, 800)
    await a.press("Enter", "content_change", "renamed")
    await a.pause()
    await a.click("#docs", "navigation", "Documents", flash="folder looks empty")
    await a.pause()
    await a.context("#rows tr:nth-child(5)", "menu_open", "context menu")
    await a.pause(600, 900)
    await a.click("#remove", "row_delete", "moved to trash")
    await a.pause(900, 1300)
