"""The two pictures, as SVG by hand. Their colours are readable on a light and on a dark background."""

import math
from html import escape

NAMES = ("throughput.svg", "growth.svg")
INK, FAINT = "#7a828e", "#8b949e"
COLOURS = {"strongroom": "#1f8a70", "restic": "#c77d2b", "borg": "#6f7fc4", "limit": "#8b949e"}
SERIES = {
    "seal": "#1f8a70", "again": "#c77d2b", "verify hash": "#6f7fc4", "verify open": "#b8588f", "export": "#3d8fc9",
}  # fmt: skip

ALL = ["strongroom", "restic", "borg"]

# row, contestants, and what is the limit of them
GROUPS = [
    ("seal-mixed", ALL, ["floor, level 3", "floor, level 1"]),
    ("seal-one", ALL, []),
    ("seal-small", ALL, []),
    ("verify-mixed", ["strongroom, hash", "strongroom, open", "restic", "borg"], ["openssl, two processes"]),
    ("export-mixed", ALL, ["cp -r, sync"]),
    ("export-small", ALL, ["cp -r, sync"]),
    ("snapshot-mixed", ["strongroom"], ["cp -r, sync"]),
]


def all_pictures(results):
    return {"throughput.svg": throughput(results), "growth.svg": growth(results)}


class Drawing:
    """An SVG that grows line by line."""

    def __init__(self, width, height, title):
        self.width, self.height, self.title, self.lines = width, height, title, []

    def text(self, x, y, text, anchor="start", colour=INK, size=13, weight="normal"):
        self.lines.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-size="{size}" '
            f'font-weight="{weight}">{escape(text)}</text>')  # fmt: skip

    def bar(self, x, y, width, height, colour):
        self.lines.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(1, width):.1f}" height="{height}" rx="2" fill="{colour}"/>')  # fmt: skip

    def line(self, points, colour=FAINT, width=1.0, dashes="", opacity=1.0):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.lines.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}" '
            f'stroke-dasharray="{dashes}" stroke-opacity="{opacity}"/>')  # fmt: skip

    def dot(self, x, y, colour):
        self.lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')

    def svg(self):
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="system-ui, sans-serif" role="img">'
        )
        return "\n".join([head, f"<title>{escape(self.title)}</title>", *self.lines, "</svg>"]) + "\n"


def throughput(results):
    """Bars of MB of input per second; each group has its own scale."""
    groups = []
    for row, contestants, limits in GROUPS:
        bars = [bar for name in contestants + limits if (bar := speed(results, row, name, name in limits))]
        if bars:
            groups.append((results.title(row, row), bars))
    left, right, bar_height, pitch, gap = 190, 120, 15, 20, 48
    height = 44 + sum(pitch * len(bars) + gap for _, bars in groups)
    drawing = Drawing(760, height, "Throughput against the limit")
    drawing.text(16, 26, "MB of input per second; each group has its own scale, grey is the limit", size=12)
    y = 60
    for heading, bars in groups:
        most = max(value for _, value, _ in bars)
        drawing.text(16, y, heading, weight="bold")
        y += 10
        for label, value, colour in bars:
            width = (drawing.width - left - right) * value / most
            drawing.text(left - 10, y + 12, label, anchor="end", size=12)
            drawing.bar(left, y, width, bar_height, colour)
            drawing.text(left + width + 8, y + 12, f"{value:,.0f} MB/s", size=12)
            y += pitch
        y += gap - 10
    return drawing.svg()


def speed(results, row, contestant, is_limit):
    seconds = results.figure(row, contestant)
    if seconds is None:
        return None
    colour = COLOURS["limit" if is_limit else contestant.split(",")[0]]
    return contestant, results.rows[row]["input"]["bytes"] / seconds / 1e6, colour


def growth(results):
    """Two panels, both axes logarithmic: what is linear rises as steeply as the dashed lines."""
    drawing = Drawing(900, 470, "Cost as the archive grows")
    drawing.text(16, 26, "Seconds, both axes logarithmic; what grows linearly rises as the dashed lines do", size=12)
    panel(drawing, results, 60, "bytes", "bytes", lambda value: f"{value / 2**30:.2g} GiB")
    panel(drawing, results, 500, "records", "files", lambda value: f"{value:,}")
    return drawing.svg()


def panel(drawing, results, left, kind, unit, label):
    names = sorted(name for name in results.rows if name.startswith(f"growth-{kind}-"))
    sizes = [results.rows[name]["input"][unit] for name in names if "input" in results.rows[name]]
    lines = {step: points_of(results, names, sizes, step) for step in SERIES}
    seconds = [y for points in lines.values() for _, y in points]
    if len(sizes) < 2 or not seconds:
        return drawing.text(left, 80, f"growth in {kind}: not measured")
    width, top, bottom = 270, 75, 425
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    span = math.log10(sizes[-1] / sizes[0])

    def at(size, value):
        x = left + width * math.log10(size / sizes[0]) / span
        return x, bottom - (bottom - top) * (math.log10(value) - low) / (high - low)

    drawing.text(left, top - 12, f"by {kind}", weight="bold")
    axes(drawing, left, width, top, bottom, low, high, sizes, label, at)
    ends = []
    for step, points in lines.items():
        if points:
            places = [at(*point) for point in points]
            drawing.line(places, SERIES[step], 2)
            for place in places:
                drawing.dot(*place, SERIES[step])
            ends.append((places[-1][1], step))
    for y, step in apart(ends, 15):
        drawing.text(left + width + 10, y + 4, step, colour=SERIES[step], size=12)


def points_of(results, names, sizes, step):
    values = [results.figure(name, step) for name in names]
    return [(size, value) for size, value in zip(sizes, values) if value]


def axes(drawing, left, width, top, bottom, low, high, sizes, label, at):
    for power in range(low, high + 1):
        _, y = at(sizes[0], 10.0**power)
        drawing.line([(left, y), (left + width, y)], opacity=0.35)
        drawing.text(left - 8, y + 4, f"{10.0**power:g} s", anchor="end", size=11)
    for size in sizes:
        x, _ = at(size, 10.0**low)
        drawing.line([(x, bottom), (x, bottom + 5)])
        drawing.text(x, bottom + 20, label(size), anchor="middle", size=11)
    factor = sizes[-1] / sizes[0]
    for half in range(2 * (low - 4), 2 * high):
        start = 10.0 ** (half / 2)
        clipped = clip(start, factor, 10.0**low, 10.0**high)
        if clipped:
            (a, b), (c, d) = clipped
            drawing.line([at(sizes[0] * a, b), at(sizes[0] * c, d)], dashes="3 5", opacity=0.7)


def clip(start, factor, low, high):
    """The part of a line of slope 1 that lies within the panel, as two points (times the first size, seconds)."""
    first, last = max(1.0, low / start), min(factor, high / start)
    return ((first, start * first), (last, start * last)) if first < last else None


def apart(ends, distance):
    """Labels from top to bottom, each at least that far below the one before."""
    placed, below = [], -math.inf
    for y, step in sorted(ends):
        below = max(y, below + distance)
        placed.append((below, step))
    return placed
