"""`python -m tests.golden.make [NAME…]`: take the material of the golden prompts anew, and write the prompts.

For each recording the whole system runs once; what it left (the session, the analysis) is kept, and the prompts of
all targets are rendered from that. Rendering is what the golden files hold fixed: `--render` renders alone.
"""

import argparse
import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from services.prompter.brief import brief
from services.prompter.limits import Limits, fitted
from services.prompter.render import render
from services.shell.one_shot import Order, run
from shared.adapters.store_sqlite import SqliteStore
from shared.model.accounts import AgentTarget, PromptOptions
from shared.model.analysis import Analysis
from shared.model.session import Session
from tests.bench.elements.watched import served

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
CLIPS, PAGES = REPOSITORY / "tests/bench/keyframes/clips", REPOSITORY / "tests/recorder/pages"
BUDGET = 12_000
PORT_FREE = "http://page.example"  # stands for the address of the page, which has another port each time


@dataclass(frozen=True)
class Case:
    video: Path
    page: Path
    title: str
    notes: str


def _case(clip: str, page: str, title: str, notes: str) -> Case:
    return Case(CLIPS / clip, PAGES / page, title, notes)


CASES = {
    "shop": Case(
        REPOSITORY / "samples/shop.webm",
        REPOSITORY / "samples/shop/index.html",
        "The total ignores the coupon",
        "SPRING20 takes 20 % off, but the total stays. It should be the subtotal less the discount, plus shipping.",
    ),
    "settings": _case(
        "settings_av1.webm", "settings.html", "Saving should say what was saved", "It only says Saved."
    ),
    "tasks": _case("tasks_av1.webm", "tasks.html", "Finished tasks should go to the end of the list", ""),
    "bank": _case(
        "bank_vp8.webm", "bank.html", "Ask before money is sent", "There should be a confirmation first."
    ),
    "survey": _case("survey_vp9.webm", "survey.html", "Questions that are required are not marked", ""),
    "files": _case("files_vp8.webm", "files.html", "Deleting a file should be undoable", "Show Undo for a while."),
    "wizard": _case(
        "wizard_h264.mp4", "wizard.html", "Going back loses what was typed", "It should still be there."
    ),
    "mail": _case(
        "mail_vp9.webm", "mail.html", "Archive should take me to the next mail", "Now it goes to the list."
    ),
}


def material(name: str) -> tuple[Session, Analysis]:
    kept = json.loads((HERE / f"{name}.json").read_text())
    return Session.model_validate(kept["session"]), Analysis.model_validate(kept["analysis"])


def prompt(name: str, target: AgentTarget) -> str:
    """Without screenshots: these are tested elsewhere and would make the files unreadable."""
    session, analysis = material(name)
    options = PromptOptions(include_screenshots=False, include_raw_diff=False)

    def made(limits: Limits, cut: bool) -> str:
        told = brief(
            session,
            analysis,
            target=target,
            options=options,
            frames=session.frames,
            screenshots={},
            limits=limits,
            cut=cut,
        )
        return render(told)

    return fitted(made, BUDGET)


def path(name: str, target: AgentTarget) -> Path:
    return HERE / f"{name}.{target.value.lower()}.md"


async def _taken(case: Case) -> dict[str, object]:
    with served(case.page.parent) as base, tempfile.TemporaryDirectory() as folder:
        url = f"{base}/{case.page.name}"
        order = Order(case.video, url, case.title, case.notes or None)
        done = await run(order, lambda _: None, Path(folder))
        store = await SqliteStore.open(Path(folder) / "scope.db")
        session = await store.session(done["id"])
        await store.close()
        (analysis,) = (Path(folder) / "blobs/sessions").glob("*/analysis.json")
        if session is None:
            raise RuntimeError("the session is gone")
        kept = session.model_copy(update={"prompt": None, "outbox": (), "inbox": (), "recording": None})
        told = {"session": kept.model_dump(mode="json"), "analysis": json.loads(analysis.read_text())}
        plain: dict[str, object] = json.loads(json.dumps(told).replace(base, PORT_FREE))
        return plain


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.golden.make", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*CASES, []])
    parser.add_argument("--render", action="store_true")
    options = parser.parse_args()
    for name in options.names or CASES:
        if not options.render:
            taken = asyncio.run(_taken(CASES[name]))
            (HERE / f"{name}.json").write_text(json.dumps(taken, ensure_ascii=False) + "\n")
        for target in AgentTarget:
            path(name, target).write_text(prompt(name, target))
        print(name)


if __name__ == "__main__":
    main()
