"""A code editor at 1920x1080: scrolling, tabs, typing, a palette, a panel with failing tests."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.move((1100, 600))
    await a.scroll(600)
    await a.pause()
    await a.click("#tabs div:nth-child(2)", "tab_switch", "lexer.ts")
    await a.pause()
    await a.click("#tabs div:nth-child(1)", "tab_switch", "parser.ts", flash="binary file")
    await a.pause()
    await a.type("#area div:nth-child(2)", "const limit = 64", "a line of code")
    await a.pause()
    await a.press("F1", "menu_open", "palette")
    await a.pause()
    await a.press("Escape", "menu_close", "palette gone")
    await a.pause()
    await a.click("#run", "loading_start", "panel slides in")
    await a.expect("content_appear", "test results, a marked line")
    await a.pause()
    await a.move((1200, 400))
    await a.scroll(450)
    await a.pause(900, 1400)
