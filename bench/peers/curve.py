"""Accuracy against seconds as a picture: a line for each side, a point for each number of passes."""
from html import escape

from chart import STYLE, text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 70, 40, 50, 60
COLOURS = ("#3b7dd8", "#d8643b")


def curve(found):
    """An SVG file's text."""
    points = found["points"]
    latest = max(point["seconds"] for point in points) * 1.05
    values = [100 * point["accuracy"] for point in points] + [99.0]
    low, high = min(values) - 0.05, max(values) + 0.05

    def place(seconds, percent):
        return (round(LEFT + seconds / latest * (WIDTH - LEFT - RIGHT), 1),
                round(HEIGHT - BOTTOM - (percent - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1))

    parts = []
    for tenth in range(int(low * 10) + 1, int(high * 10) + 1):
        y = place(0, tenth / 10)[1]
        parts += [f'<line class="{"one" if tenth == 990 else "grid"}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>',
                  text(LEFT - 8, y + 4, "quiet right", f"{tenth / 10:.1f} %")]
    step = next(step for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if latest / step <= 12)
    for number in range(int(latest / step) + 1):
        x = place(number * step, low)[0]
        parts.append(text(x, HEIGHT - BOTTOM + 18, "quiet middle", f"{number * step:g}"))
    sides = list(dict.fromkeys(point["side"] for point in points))
    for side, colour in zip(sides, COLOURS):
        own = [(*place(point["seconds"], 100 * point["accuracy"]), point["passes"])
               for point in points if point["side"] == side]
        path = " ".join(f"{x},{y}" for x, y, _ in own)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for x, y, passes in own:
            parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>',
                      text(x, y - 9, "quiet middle", f"{passes}")]
        x, y, _ = own[-1]
        parts.append(text(x, y + 20, "row middle", side))
    parts.append(text(LEFT, HEIGHT - 14, "quiet", "seconds from the start of the program · " + " · ".join(
        str(found["about"][key]) for key in ("date", "machine"))))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">',
        "<title>Accuracy on MNIST's test pictures against time</title>", f"<style>{STYLE}</style>",
        text(LEFT, 24, "row", escape("Accuracy on MNIST's test pictures after 1, 2, ... passes")), *parts, "</svg>", ""])
