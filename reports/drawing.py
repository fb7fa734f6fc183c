"""Charts as SVG, for papers and mail where no browser draws: bars, stacked bars, lines. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from xml.sax.saxutils import escape

COLOURS = ("#0b5568", "#c2410c", "#4d7c0f", "#583f8a", "#64748b")
WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 30, 58
TICKS, LONGEST_LABEL, MOST_LEVEL = 4, 12, 6
MUTED, LINE = "#5b6770", "#d5dbe1"
WIDE_SIGN = 0x2E80  # from here on signs are as wide as they are high


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[float | None]


def chart(kind: str, categories: Sequence[str], series: Sequence[Series], *, unit: str = "") -> str:
    """An SVG of the series: `kind` is lines or stacked; bars beside each other for any other."""
    most, least = bounds(kind, categories, series)
    frame = Frame(categories, most, least)
    marks = [*axis(frame, unit)]
    if kind == "lines":
        marks += [line(frame, each, COLOURS[at % 5]) for at, each in enumerate(series)]
    else:
        marks += bars(frame, series, is_stacked=kind == "stacked")
    marks += legend(series)
    font = 'font-family="Noto Sans SC" font-size="11"'
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>{"".join(marks)}</svg>'


def bounds(kind: str, categories: Sequence[str], series: Sequence[Series]) -> tuple[float, float]:
    if kind == "stacked":
        columns = [[each.values[at] or 0 for each in series] for at in range(len(categories))]
        highs = [sum(value for value in column if value > 0) for column in columns]
        lows = [sum(value for value in column if value < 0) for column in columns]
    else:
        highs = lows = [value for each in series for value in each.values if value is not None]
    return nice(max([0, *highs])), -nice(-min([0, *lows]))


def nice(value: float) -> float:
    """The next round number from which four ticks are round, too; 0 stays 0."""
    if value <= 0:
        return 0
    step = 10 ** (ceil(log10(value)) - 1)
    return next(step * times for times in (1, 2, 4, 5, 8, 10) if step * times >= value)


class Frame:
    """Where values and categories stand on the paper."""

    def __init__(self, categories: Sequence[str], most: float, least: float) -> None:
        """A scale of nothing is from 0 to 1."""
        self.categories = categories
        self.most, self.least = (most, least) if most > least else (1.0, 0.0)
        self.band = (WIDTH - LEFT - RIGHT) / max(len(categories), 1)

    def y(self, value: float) -> float:
        share = (value - self.least) / (self.most - self.least)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def x(self, place: int, share: float = 0.5) -> float:
        return LEFT + (place + share) * self.band


def axis(frame: Frame, unit: str) -> list[str]:
    marks = []
    for tick in range(TICKS + 1):
        value = frame.least + (frame.most - frame.least) * tick / TICKS
        y = frame.y(value)
        marks.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>'
        )
        marks.append(text(LEFT - 6, y + 4, f"{value:,.10g}{unit}", "end"))
    every = ceil(len(frame.categories) / 16)
    for place, label in enumerate(frame.categories):
        if place % every == 0:
            x, y = frame.x(place), HEIGHT - BOTTOM + 14
            turned = (
                f' transform="rotate(-28 {x:.1f} {y})"'
                if len(frame.categories) > MOST_LEVEL
                else ""
            )
            anchor = "end" if turned else "middle"
            marks.append(text(x, y, shortened(label), anchor, turned))
    return marks


def shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"


def bars(frame: Frame, series: Sequence[Series], *, is_stacked: bool) -> list[str]:
    marks = []
    count = 1 if is_stacked else max(len(series), 1)
    width = min(frame.band * 0.72 / count, 40)
    for place in range(len(frame.categories)):
        above = below = 0.0
        for at, each in enumerate(series):
            value = each.values[place] or 0
            start = (above if value >= 0 else below) if is_stacked else 0
            top, bottom = frame.y(max(start, start + value)), frame.y(min(start, start + value))
            offset = 0 if is_stacked else at
            x = frame.x(place) - width * count / 2 + offset * width
            marks.append(
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{bottom - top:.1f}" fill="{COLOURS[at % 5]}"/>'
            )
            above, below = above + max(value, 0), below + min(value, 0)
    return marks


def line(frame: Frame, series: Series, colour: str) -> str:
    """Broken where there is nothing to say."""
    path, is_down = [], False
    dots = []
    for place, value in enumerate(series.values):
        if value is None:
            is_down = False
            continue
        x, y = frame.x(place), frame.y(value)
        path.append(f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}")
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>')
        is_down = True
    drawn = f'<path d="{" ".join(path)}" fill="none" stroke="{colour}" stroke-width="2"/>'
    return (drawn if path else "") + "".join(dots)


def legend(series: Sequence[Series]) -> list[str]:
    marks, x = [], float(LEFT)
    for at, each in enumerate(series):
        marks.append(f'<rect x="{x:.1f}" y="6" width="10" height="10" fill="{COLOURS[at % 5]}"/>')
        marks.append(text(x + 14, 15, each.name, "start"))
        x += 30 + sum(11 if ord(sign) >= WIDE_SIGN else 6.4 for sign in each.name)
    return marks


def text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{MUTED}"{more}>'
        f"{escape(words)}</text>"
    )
