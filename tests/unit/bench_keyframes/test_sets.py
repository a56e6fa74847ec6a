"""Which clips judge and which were tuned on."""

from tests.bench.keyframes.sets import CLIPS, REPORTED, TUNED, clips


def test_every_labelled_clip_is_in_exactly_one_set() -> None:
    assert sorted(TUNED + REPORTED) == sorted(path.stem for path in CLIPS.glob("*.json"))


def test_every_clip_has_its_recording_and_states_to_find() -> None:
    for clip in clips(quick=False).values():
        assert clip.video.is_file(), clip.name
        assert sum(state.required for state in clip.truth.states) >= 5, clip.name
