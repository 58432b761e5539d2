"""What regions of one view tell about those of another."""

from __future__ import annotations

from bisect import bisect_right

from jupyter_secrets.redaction.regions import Interval, Region, merge

# So many letters beside a match may be there by chance.
CHANCE_LETTERS = 3


def unexplained(spread: list[Region], regions: list[Region]) -> list[Region]:
    """Return what letters and digits alone tell beyond the regions that other views found.

    Beside a match there stands, now and then, a letter that the value would go on with.
    """
    if not spread or not regions:
        return spread
    covered = merge(regions)
    starts = [run.start for run in covered]
    result = []
    for region in spread:
        known = new = 0
        for low, high in region.removed:
            index = bisect_right(starts, low) - 1
            inside = max(0, min(high, covered[index].end) - low) if index >= 0 else 0
            after = max(0, high - starts[index + 1]) if index + 1 < len(starts) else 0
            known += inside + after
            new += high - low - inside - after
        if not known or new > CHANCE_LETTERS or region.printed:
            result.append(region)
    return result


def outside(sequences: list[Interval], regions: list[Region]) -> list[Region]:
    """Return regions cut so that none begins or ends within a control sequence.

    The letter a sequence ends with may be the one that a piece of a value begins with.
    """
    starts = [start for start, _ in sequences]
    result = []
    for region in regions:
        low, high = region.start, region.end
        before = bisect_right(starts, low) - 1
        if before >= 0 and low < sequences[before][1]:
            low = sequences[before][1]
        before = bisect_right(starts, high - 1) - 1
        if before >= 0 and high < sequences[before][1]:
            high = sequences[before][0]
        if low < high:
            result.append(region._replace(start=low, end=high, removed=((low, high),)))
    return result
