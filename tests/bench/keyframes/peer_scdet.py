"""ffmpeg's `scdet` filter, out of the libavfilter that PyAV brings."""

from pathlib import Path

import av
from av.filter import Graph, filters_available

from tests.bench.keyframes.peer_scenes import middle_of_each

DEFAULT = 10.0

Seen = list[tuple[float, float]]


def available() -> bool:
    return "scdet" in filters_available


def scores(video: Path) -> Seen:
    """Time in ms and the filter's score of every frame; it cuts where the score reaches its threshold."""
    av.logging.set_level(av.logging.ERROR)  # it tells of each cut
    with av.open(video) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        graph = Graph()
        graph.link_nodes(graph.add_buffer(template=stream), graph.add("scdet"), graph.add("buffersink"))
        graph.configure()
        seen: Seen = []
        for picture in container.decode(stream):
            graph.push(picture)
            scored = graph.vpull()
            seen.append(((scored.time or 0.0) * 1000, float(scored.metadata["lavfi.scd.score"])))
    return seen


def middles(seen: Seen, threshold: float) -> list[float]:
    return middle_of_each([ms for ms, value in seen if value >= threshold], seen[-1][0])
