"""Key frames of a part of a recording: those of the whole one in that part, with a first state of its own."""

from pathlib import Path

import pytest

from services.analysis.keyframes import Album, Extraction, Limits, extract
from services.analysis.keyframes.video import opened
from shared.model.errors import PermanentFailure
from shared.model.part import WHOLE, Part
from tests.films import screen, three_states, timed_film

SHOP = Path(__file__).parents[5] / "samples" / "shop.webm"
TEN_MINUTES = 600_000


def extracted(video: Path, part: Part = WHOLE, longest_ms: int = TEN_MINUTES) -> Extraction:
    with Album() as album:
        return extract(video, album, container=None, limits=Limits(longest_ms), part=part)


@pytest.fixture(scope="module")
def shop() -> Extraction:
    return extracted(SHOP)


@pytest.mark.parametrize("part", [Part(3500, 14_900), Part(9000, 20_600), Part(7300), Part(0, 14_900)], ids=str)
def test_a_part_has_the_states_of_the_whole_clip(shop: Extraction, part: Part) -> None:
    found = extracted(SHOP, part)
    wanted = [
        frame
        for frame in shop.frames
        if part.start_ms < frame.timestamp_ms and not part.has_ended(frame.settled_ms)
    ]
    wanted = wanted[1:] if wanted[0].changed_at_ms < 1 or wanted[0].settled_ms < part.start_ms else wanted
    assert len(wanted) >= 3
    first, *rest = found.frames
    assert (first.reason, first.changed_boxes) == ("initial", ())
    assert [frame.reason for frame in rest] == ["settled" for _ in wanted]
    assert [frame.timestamp_ms for frame in rest] == pytest.approx([frame.timestamp_ms for frame in wanted], abs=1)
    since_then = [frame.changed_at_ms for frame in wanted if frame.changed_at_ms > part.start_ms]
    assert [frame.changed_at_ms for frame in rest][-len(since_then) :] == since_then


def test_the_first_state_of_a_part_is_its_first_frame_however_soon_it_changes(shop: Extraction) -> None:
    """The second state begins at 4102 ms: less than it takes to settle."""
    first, second, *_ = extracted(SHOP, Part(3900, 9000)).frames
    assert (first.reason, second.reason, second.changed_at_ms) == ("initial", "settled", 4102)
    assert 3900 <= first.timestamp_ms <= 4102
    before = shop.frames[1]
    assert first.settled_ms == first.changed_at_ms == first.timestamp_ms > before.settled_ms


def test_a_part_that_never_rests_has_a_state() -> None:
    assert [frame.reason for frame in extracted(SHOP, Part(9000, 12_000)).frames] == ["initial"]


def test_the_first_frame_from_the_start_on_begins_the_first_state() -> None:
    with opened(SHOP, None) as video:
        times = [frame.ms for frame in video.frames(TEN_MINUTES)]
    with opened(SHOP, None) as video:
        part = [frame.ms for frame in video.frames(TEN_MINUTES, Part(9000, 12_000))]
    assert part == [ms for ms in times if 9000 <= ms <= 12_000]


@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_both_ends_belong_to_the_part(tmp_path: Path, ending: str) -> None:
    film = three_states(tmp_path / f"film{ending}")
    with opened(film, None) as video:
        seen = [round(frame.ms) for frame in video.frames(TEN_MINUTES, Part(1000, 2000))]
        assert (seen[0], seen[-1], len(seen), video.cut) == (1000, 2000, 11, True)


@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_the_whole_is_the_part_from_its_start_to_its_end(tmp_path: Path, ending: str) -> None:
    film = three_states(tmp_path / f"film{ending}")
    whole, part = extracted(film), extracted(film, Part(0, 60_000))
    assert [frame.timestamp_ms for frame in part.frames] == [frame.timestamp_ms for frame in whole.frames]
    assert (part.cut, part.duration_ms, part.decoded_frames) == (False, whole.duration_ms, whole.decoded_frames)


def test_what_comes_after_the_part_is_not_decoded(tmp_path: Path) -> None:
    """So it does not matter that it is damaged."""
    film, damaged = SHOP.read_bytes(), tmp_path / "damaged.webm"
    damaged.write_bytes(film[: len(film) * 2 // 3])
    part = Part(0, 7500)
    whole, found = extracted(SHOP, part), extracted(damaged, part)
    assert found.cut
    assert found.note is None
    assert found.duration_ms <= 7500
    assert found.decoded_frames == whole.decoded_frames < extracted(SHOP).decoded_frames / 3


def test_the_limit_of_time_is_that_of_the_part() -> None:
    assert extracted(SHOP, Part(9000, 12_000), longest_ms=4000).frames
    with pytest.raises(PermanentFailure, match="trim it") as caught:
        extracted(SHOP, Part(9000), longest_ms=4000)
    assert caught.value.code == "too_long"


@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_a_part_in_which_nothing_moves_is_one_state(tmp_path: Path, ending: str) -> None:
    """Recorders write no frame while nothing changes: what is to be seen was drawn before the part begins."""
    one, two, three = (screen(["Orders", words]) for words in ("3 open", "2 open", "none"))
    film = timed_film(tmp_path / f"film{ending}", [(0, one), (500, one), (1000, two), (6000, three), (6500, three)])
    with Album() as album:
        found = extract(film, album, container=None, limits=Limits(TEN_MINUTES), part=Part(2000, 4000))
        [frame] = found.frames
        assert (frame.timestamp_ms, frame.reason) == (2000, "initial")
        whole = extract(film, album, container=None, limits=Limits(TEN_MINUTES))
        assert (frame.image() == whole.frames[1].image()).mean() > 0.99
        assert not (frame.image() == whole.frames[0].image()).all()


@pytest.mark.parametrize("start", [3700, 9_000_000])
@pytest.mark.parametrize("ending", [".webm", ".mp4"])
def test_a_part_after_the_end_is_a_failure_that_says_what_to_do(tmp_path: Path, ending: str, start: int) -> None:
    with pytest.raises(PermanentFailure, match=r"ends at 3\.5 s, before .* Upload it again with") as caught:
        extracted(three_states(tmp_path / f"film{ending}"), Part(start))
    assert caught.value.code == "empty_recording"


def test_a_part_before_the_first_picture_is_a_failure_that_says_what_to_do(tmp_path: Path) -> None:
    page = screen(["Orders"])
    film = timed_film(tmp_path / "late.webm", [(ms, page) for ms in range(2000, 4000, 100)])
    with opened(film, None) as video:
        first = next(video.frames(TEN_MINUTES)).ms
    if first < 1:
        pytest.skip("This container's times begin with its first frame.")
    with pytest.raises(PermanentFailure, match="greater trimEndMs"):
        extracted(film, Part(0, 500))
