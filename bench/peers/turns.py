"""Measuring by turns: a machine's speed drifts, so each window of a peer has a window of DigitKit just before it, and
what counts is the ratio of the two."""
import statistics
import time
from dataclasses import asdict, dataclass, field

from rows import UNITS
from sides import SideError

# Cores' worth of work by others. A neighbour takes more than its share from several threads: they wait for the slowest.
QUIET = 0.03
TRIES = 4
# The threads of some frameworks wait busily for a moment after their work.
PAUSE = 0.1


@dataclass
class Pair:
    """A peer beside DigitKit in a row, over all rounds."""
    label: str
    ours: list = field(default_factory=list)
    theirs: list = field(default_factory=list)
    failure: str | None = None
    correct: int | None = None


@dataclass(frozen=True)
class Figures:
    """What is told of a pair. A ratio above 1 says that DigitKit is ahead, whatever the unit."""
    ours: float
    theirs: float
    ratio: float
    least: float
    most: float
    rounds: int
    others: float | None
    disturbed: bool


def figures(pair, unit):
    """None if nothing was measured."""
    if not pair.ours:
        return None
    value, more_is_better = UNITS[unit]
    values = [(value(mine), value(other)) for mine, other in zip(pair.ours, pair.theirs)]
    ratios = [mine / other if more_is_better else other / mine for mine, other in values]
    known = [sample.others for sample in pair.ours + pair.theirs if sample.others is not None]
    return Figures(statistics.median(mine for mine, _ in values), statistics.median(other for _, other in values),
                   statistics.median(ratios), min(ratios), max(ratios), len(ratios), max(known, default=None),
                   unit != "MiB" and any(others > QUIET for others in known))


def measure_row(row, setting, rounds, tell):
    """Pairs of DigitKit with each peer. A peer that cannot take part is told, and keeps none of the others from it."""
    pairs = {}
    try:
        row.ours.start(setting)
        for peer in row.peers:
            tell(f"starting {peer.label}")
            pair = pairs[id(peer)] = Pair(peer.label)
            try:
                peer.start(setting)
                pair.label, pair.correct = peer.label, getattr(peer, "correct", None)
            except SideError as error:
                pair.failure = str(error)
                peer.stop()
        for round in range(rounds):
            for peer in row.peers:
                pair = pairs[id(peer)]
                if pair.failure is None:
                    tell(f"round {round + 1} of {rounds}, {pair.label}")
                    take_turn(row, peer, pair)
        return list(pairs.values())
    finally:
        for peer in row.peers:
            peer.stop()


def take_turn(row, peer, pair):
    ours = quietest(row.ours)
    try:
        theirs = quietest(peer)
    except SideError as error:
        pair.failure = str(error)
        peer.stop()
        return
    pair.ours.append(ours)
    pair.theirs.append(theirs)


def quietest(side):
    """A window in which others did next to nothing; after some tries the one in which they did the least."""
    best = None
    for _ in range(TRIES):
        time.sleep(PAUSE)
        sample = side.measured()
        if best is None or (sample.others or 0) < (best.others or 0):
            best = sample
        if (best.others or 0) <= QUIET:
            break
    return best


def as_values(row, pairs, correct):
    """A row for JSON: figures, and every sample of them."""
    return {
        "row": row.name, "unit": row.unit, "threads": row.threads, "correct": correct,
        "peers": [{
            "peer": pair.label, "failure": pair.failure, "correct": pair.correct,
            "figures": (found := figures(pair, row.unit)) and asdict(found),
            "ours": [asdict(sample) for sample in pair.ours], "theirs": [asdict(sample) for sample in pair.theirs],
        } for pair in pairs],
    }
