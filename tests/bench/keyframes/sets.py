"""The labelled clips: those that were looked at while the key frames were tuned, and those that only judge.

A rule that is tuned on a clip fits it; only the second set says how it does on a recording that it has not seen.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.bench.keyframes.score import Labels, labels

CLIPS = Path(__file__).parent / "clips"

TUNED = (
    "admin_vp9",
    "auction_vp9",
    "bank_vp8",
    "booking_vp9",
    "calendar_vp9",
    "charger_vp9",
    "chat_h264",
    "checkout_vp9",
    "chess_vp9",
    "clinic_vp9",
    "crm_av1",
    "dash_vp9",
    "docs_av1",
    "editor_vp9",
    "files_vp8",
    "flights_vp9",
    "forum_h264",
    "gallery_vp9",
    "garden_vp9",
    "hours_vp8",
    "invoices_h264",
    "journal_av1",
    "kanban_vp8",
    "kiln_h264",
    "library_vp9",
    "login_vp9_800x600",
    "mail_vp9",
    "map_av1",
    "match_h264",
    "monitor_h264",
    "news_h264",
    "notes_av1",
    "observe_vp8",
    "pipeline_vp9",
    "player_vp8",
    "porch_vp8",
    "query_vp9",
    "quiz_vp8",
    "recipes_av1",
    "router_av1",
    "settings_av1",
    "shop",
    "strings_av1",
    "support_vp8",
    "survey_vp9",
    "table_vp9",
    "tasks_av1",
    "theatre_av1",
    "weather_vp8",
    "wiki_vp9",
    "wizard_h264",
)
REPORTED = (
    "bees_av1",
    "flags_vp9",
    "gym_vp8",
    "parcels_vp9",
    "plate_h264",
    "poster_vp9",
    "staff_vp8",
    "studio_av1",
)
QUICK = ("login_vp9_800x600", "shop", "support_vp8")  # for a look while working on the bench itself

LONG_720P, LONG_1080P = "shop", "editor_vp9"  # what the clips of three minutes are made of


@dataclass(frozen=True)
class Clip:
    name: str
    video: Path
    truth: Labels

    @property
    def container(self) -> str:
        return "mp4" if self.video.suffix == ".mp4" else "matroska"


def clip(name: str) -> Clip:
    document = json.loads((CLIPS / f"{name}.json").read_text())
    return Clip(name, (CLIPS / document["video"]).resolve(), labels(document))


def clips(*, quick: bool) -> dict[str, Clip]:
    """Both sets, by name."""
    return {name: clip(name) for name in (QUICK if quick else TUNED + REPORTED)}
