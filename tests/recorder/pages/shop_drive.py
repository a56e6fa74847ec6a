"""A customer finds that the coupon does not change the total (samples/shop/index.html)."""

from tests.recorder.actor import Actor


async def drive(a: Actor) -> None:
    await a.pause(500, 700)
    await a.click("[data-step='1'][data-index='1']", "content_change", "quantity 3 of the planter")
    await a.pause(250, 400)
    await a.click("[data-remove='2']", "row_delete", "watering can removed, toast shown")
    await a.expect("toast_hide")
    await a.type("#email", "dana@example", "e-mail")
    await a.type("#coupon", "SPRING20", "coupon code; the incomplete e-mail is marked")
    await a.pause(150, 250)
    await a.click("#apply", "content_appear", "coupon applied: the discount line appears, the total stays")
    await a.pause(900, 1100)
    await a.click("#express", "toggle", "express shipping")
    await a.pause(250, 400)
    await a.type("#email", "dana@example.org", "e-mail corrected", clear=True)
    await a.click("#terms", "toggle", "terms accepted, order button enabled")
    await a.pause(200, 400)
    await a.click("#order", "loading_start", "placing the order")
    await a.expect("modal_open", "order confirmation")
    await a.pause(900, 1200)
    await a.click("#close", "modal_close")
    await a.pause(600, 800)
