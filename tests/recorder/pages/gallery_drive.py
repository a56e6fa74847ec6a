"""A photo wall that is loading when first seen: skeletons, filters, wheel and smooth scrolling, a light box."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.expect("content_appear", "pictures")
    await a.pause()
    await a.scroll(520)
    await a.pause()
    await a.click("#top", "scroll", "smooth scroll to the top")
    await a.pause()
    await a.click("#sea", "loading_start", "skeletons")
    await a.expect("content_appear", "pictures of the sea")
    await a.pause()
    await a.click("[data-i='4']", "modal_open", "light box")
    await a.pause()
    await a.click("#like", "toggle", "liked")
    await a.pause()
    await a.click("#fwd", "content_change", "another picture", flash="picture not found")
    await a.pause()
    await a.click("#shut", "modal_close", "light box")
    await a.pause(900, 1200)
