"""The ratios as a picture: a bar from 1 to each ratio on a logarithmic scale, and a line from the least to the most."""
import math
from html import escape

WIDTH, LEFT, RIGHT = 860, 330, 60
LINE, HEAD, FOOT = 18, 34, 40
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)

STYLE = """
svg { font: 12px system-ui, sans-serif; background: #fff; }
text { fill: #222; } .row { font-weight: 600; } .quiet { fill: #667; }
.right { text-anchor: end; } .middle { text-anchor: middle; }
.grid { stroke: #dde; } .one { stroke: #667; } .spread { stroke: #222; }
.ahead { fill: #3b7dd8; } .behind { fill: #d8643b; }
@media (prefers-color-scheme: dark) {
  svg { background: #16181d; } text { fill: #e6e6ea; } .quiet { fill: #99a; }
  .grid { stroke: #333844; } .one { stroke: #99a; } .spread { stroke: #e6e6ea; }
}
"""


class Scale:
    """Ratios to places."""

    def __init__(self, ratios):
        self.low = max([step for step in STEPS if step <= min(ratios)], default=STEPS[0])
        self.high = min([step for step in STEPS if step >= max(ratios)], default=STEPS[-1])

    def x(self, ratio):
        ratio = min(max(ratio, self.low), self.high)
        part = math.log(ratio / self.low) / math.log(self.high / self.low)
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def steps(self):
        return [step for step in STEPS if self.low <= step <= self.high]


def chart(results):
    """An SVG file's text."""
    rows = [(row, [peer for peer in row["peers"] if peer["figures"]]) for row in results["rows"]]
    rows = [(row, peers) for row, peers in rows if peers]
    found = [peer["figures"] for _, peers in rows for peer in peers]
    scale = Scale([0.8, 1.25] + [figure[key] for figure in found for key in ("least", "most")])
    parts, y = [], HEAD
    for row, peers in rows:
        y += LINE
        parts.append(text(10, y, "row", f"{row['row']}, {row['unit']}"))
        for peer in peers:
            y += LINE
            parts += bar(scale, y, peer)
        y += LINE // 2
    height = y + FOOT
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img">',
        "<title>DigitKit beside other frameworks: ratios, above 1 DigitKit is ahead</title>", f"<style>{STYLE}</style>",
        text(10, 20, "row", "DigitKit beside others, in turns: how many times as good (right of 1: DigitKit ahead)"),
        *grid(scale, y), *parts,
        text(10, height - 12, "quiet", " · ".join(str(results["about"][key]) for key in ("date", "machine"))),
        "</svg>", ""])


def grid(scale, bottom):
    for step in scale.steps():
        x = scale.x(step)
        yield f'<line class="{"one" if step == 1 else "grid"}" x1="{x}" x2="{x}" y1="{HEAD}" y2="{bottom}"/>'
        yield text(x, bottom + 14, "quiet middle", f"{step:g}")


def bar(scale, y, peer):
    found = peer["figures"]
    begin, end = sorted((scale.x(1), scale.x(found["ratio"])))
    least, most = scale.x(found["least"]), scale.x(found["most"])
    mark = " (disturbed)" if found["disturbed"] else ""
    return [
        text(LEFT - 10, y, "right quiet", peer["peer"] + mark),
        f'<rect class="{"ahead" if found["ratio"] >= 1 else "behind"}" x="{begin}" y="{y - 11}" '
        f'width="{max(end - begin, 1):.1f}" height="12"/>',
        f'<line class="spread" x1="{least}" x2="{most}" y1="{y - 5}" y2="{y - 5}"/>',
        text(max(end, most) + 6, y, "", f"{found['ratio']:.2f}"),
    ]


def text(x, y, kind, words):
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'
