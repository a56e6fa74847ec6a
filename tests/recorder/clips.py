"""Every recording of the set, as one table: page, codec, size, rates, seed."""

from pathlib import Path

from tests.recorder.shot import Shot

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(__file__).parent / "pages"
CLIPS = ROOT / "tests" / "bench" / "keyframes" / "clips"
SAMPLES = ROOT / "samples"


def _clip(page: str, codec: str, size: str = "1280x720", *, dpr: int = 1, **rest: int) -> Shot:
    width, _, height = size.partition("x")
    driver = PAGES / f"{page}_drive.py"
    return Shot(PAGES / f"{page}.html", driver, f"{page}_{codec}", codec, (int(width), int(height)), dpr, **rest)


SHOP = Shot(
    page=SAMPLES / "shop" / "index.html",
    driver=PAGES / "shop_drive.py",
    name="shop",
    bitrate=1_000_000,
    seed=7,
    cover=False,
)

SET = [
    _clip("mail", "vp9", seed=21),
    _clip("dash", "vp9", bitrate=400_000, seed=22),
    _clip("files", "vp8", seed=23, pointer=False),
    _clip("settings", "av1", "960x600", dpr=2, seed=24),
    _clip("wizard", "h264", seed=25),
    _clip("editor", "vp9", "1920x1080", bitrate=1_000_000, seed=26),
    _clip("calendar", "vp9", "800x600", seed=27),
    _clip("player", "vp8", bitrate=600_000, seed=28),
    _clip("gallery", "vp9", bitrate=500_000, seed=29),
    _clip("map", "av1", seed=30),
    _clip("table", "vp9", bitrate=200_000, seed=31),
    _clip("monitor", "h264", fps=6, seed=32),
    _clip("support", "vp8", "800x600", seed=34),
    _clip("tasks", "av1", seed=35),
    _clip("flights", "vp9", fps=8, bitrate=300_000, seed=36),
    _clip("wiki", "vp9", "960x600", dpr=2, bitrate=350_000, seed=37),
    _clip("bank", "vp8", bitrate=600_000, seed=41),
    _clip("recipes", "av1", "1440x900", bitrate=160_000, seed=42),
    _clip("crm", "av1", bitrate=600_000, seed=43),
    _clip("forum", "h264", "800x600", seed=44),
    _clip("booking", "vp9", "1440x900", bitrate=400_000, seed=45),
    _clip("survey", "vp9", fps=10, bitrate=110_000, seed=46),
    _clip("notes", "av1", "800x600", dpr=2, bitrate=300_000, seed=47),
    _clip("pipeline", "vp9", "1920x1080", bitrate=210_000, seed=48),
    _clip("weather", "vp8", bitrate=150_000, seed=49),
    _clip("news", "h264", bitrate=300_000, seed=50),
    _clip("library", "vp9", bitrate=300_000, seed=61),
    _clip("invoices", "h264", bitrate=600_000, seed=62),
    _clip("quiz", "vp8", "800x600", bitrate=400_000, seed=63),
    _clip("router", "av1", bitrate=500_000, seed=64),
    _clip("garden", "vp9", "1440x900", bitrate=300_000, seed=65),
    _clip("auction", "vp9", "1920x1080", bitrate=300_000, seed=66),
    _clip("journal", "av1", "960x600", dpr=2, bitrate=450_000, seed=67),
    _clip("porch", "vp8", fps=12, bitrate=300_000, seed=68),
    _clip("clinic", "vp9", bitrate=600_000, seed=81),
    _clip("charger", "vp9", "1024x768", bitrate=300_000, seed=82),
    _clip("kiln", "h264", bitrate=400_000, seed=83),
    _clip("hours", "vp8", "1440x900", bitrate=500_000, seed=84),
    _clip("theatre", "av1", bitrate=250_000, seed=85),
    _clip("query", "vp9", "1920x1080", bitrate=800_000, seed=86),
    _clip("chess", "vp9", "800x600", bitrate=150_000, seed=87),
    _clip("observe", "vp8", fps=10, bitrate=450_000, seed=88),
    _clip("match", "h264", "1024x768", bitrate=1_000_000, seed=89),
    _clip("strings", "av1", "960x600", dpr=2, bitrate=450_000, seed=90),
    _clip("parcels", "vp9", "1440x900", bitrate=300_000, seed=91),
    _clip("gym", "vp8", "800x600", bitrate=500_000, seed=92),
    _clip("bees", "av1", bitrate=250_000, seed=93),
    _clip("flags", "vp9", "1920x1080", bitrate=450_000, seed=94),
    _clip("plate", "h264", "1024x768", bitrate=1_000_000, seed=95),
    _clip("studio", "av1", "800x600", dpr=2, bitrate=450_000, seed=96),
    _clip("staff", "vp8", fps=10, bitrate=150_000, seed=97),
    _clip("poster", "vp9", "1024x768", bitrate=600_000, seed=98),
]
