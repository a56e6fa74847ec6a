"""A dark music player: a moving cover, a creeping bar, lyrics, a liked song, a drawer, pause and another list."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause()
    await a.click(".t:nth-of-type(4) b", "content_change", "another song plays")
    await a.pause()
    await a.click(".t:nth-of-type(5) i", "toggle", "liked")
    await a.pause()
    await a.click("#lyrics", "accordion_open", "lyrics")
    await a.pause()
    await a.click("#lyrics", "accordion_close", "lyrics")
    await a.pause()
    await a.click("#next", "drawer_open", "queue")
    await a.pause()
    await a.click("#next", "drawer_close", "queue")
    await a.pause()
    await a.click("#mix", "navigation", "Sunday mix", flash="offline")
    await a.pause()
    await a.click("#play", "toggle", "paused: the cover stands still")
    await a.pause(1000, 1500)
    await a.click(".t:nth-of-type(6) b", "content_change", "song chosen while paused")
    await a.pause(900, 1200)
