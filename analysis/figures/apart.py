"""Labels at the ends of lines, kept far enough apart to be read and inside the panel."""

from __future__ import annotations

from collections.abc import Sequence


def kept_apart(heights: Sequence[float], room: float, bottom: float, top: float) -> list[float]:
    """Heights of labels in the order given, each at least `room` from the next and all from `bottom` to `top`.

    Labels that would meet share out the room around where they belong: with the room of those below taken off, heights
    must not fall, and the nearest such heights are means of neighbours (pool adjacent violators). Outside the
    panel Plotly would draw no label, so those are moved in; with more labels than a panel holds the lowest fall out.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    pools: list[tuple[float, int]] = []
    for below, place in enumerate(order):
        mean, size = heights[place] - below * room, 1
        while pools and pools[-1][0] > mean:
            earlier, n = pools.pop()
            mean, size = (mean * size + earlier * n) / (size + n), size + n
        pools.append((mean, size))
    shared = [mean for mean, size in pools for _ in range(size)]
    placed = list(heights)
    for below, place in enumerate(order):
        raised = max(shared[below], bottom) + below * room
        placed[place] = min(raised, top - (len(order) - 1 - below) * room)
    return placed
