"""Our drawings as PNG, for channels that take no SVG (WhatsApp, Telegram). Knows the part of SVG that they use.

Paths (M L H V C Q A Z, absolute and relative), circles, ellipses, rectangles, groups with opacity, translation and
scale, solid fills and strokes with dashes. Drawn larger and scaled down, which smooths edges. Not for SVG of others.
"""

from __future__ import annotations

import io
import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw

Point = tuple[float, float]
Line = list[Point]
# The drawings' own units are 320 by 400; what is sent is twice that, drawn at four times.
WIDTH, HEIGHT, SENT, DRAWN = 320, 400, 2, 4
CURVE_STEPS = 14
_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "Q": 4, "A": 7, "Z": 0}


@dataclass(frozen=True)
class Frame:
    """Where a group's own coordinates lie in the picture."""

    scale: Point
    at: Point = (0.0, 0.0)

    def place(self, point: Point) -> Point:
        """The point in the picture."""
        return self.at[0] + point[0] * self.scale[0], self.at[1] + point[1] * self.scale[1]

    def moved(self, transform: str) -> Frame:
        """The frame inside a `translate(x y)` or `scale(x y)`, several in their order."""
        frame = self
        for name, given in re.findall(r"(translate|scale)\(([^)]*)\)", transform):
            numbers = [float(one) for one in re.findall(r"-?[\d.]+", given)]
            x, y = numbers[0], numbers[1] if len(numbers) > 1 else (numbers[0] if name == "scale" else 0.0)
            if name == "translate":
                frame = Frame(frame.scale, frame.place((x, y)))
            else:
                frame = Frame((frame.scale[0] * x, frame.scale[1] * y), frame.at)
        return frame


@lru_cache(maxsize=256)
def build_png(svg: str) -> bytes:
    """The drawing as PNG of 640 by 800 pixels."""
    image = Image.new("RGBA", (WIDTH * DRAWN, HEIGHT * DRAWN), (255, 255, 255, 255))
    _draw_children(ET.fromstring(svg), image, {}, Frame(scale=(float(DRAWN), float(DRAWN))))  # noqa: S314 - our own drawings only
    out = io.BytesIO()
    small = image.convert("RGB").resize((WIDTH * SENT, HEIGHT * SENT), Image.Resampling.LANCZOS)
    small.quantize(128).save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_children(parent: ET.Element, image: Image.Image, style: dict[str, str], frame: Frame) -> None:
    for element in parent:
        own = style | dict(element.attrib)
        if "opacity" in element.attrib and "opacity" in style:
            own["opacity"] = str(float(style["opacity"]) * float(element.attrib["opacity"]))
        moved = frame.moved(element.attrib.get("transform", ""))
        if element.tag.rpartition("}")[2] == "g":
            _draw_children(element, image, own, moved)
        else:
            _draw(element, image, own, moved)


def _draw(element: ET.Element, image: Image.Image, style: dict[str, str], frame: Frame) -> None:
    lines = [[frame.place(point) for point in line] for line in _outline(element)]
    opacity, width = float(style.get("opacity", 1)), float(style.get("stroke-width", 1)) * DRAWN
    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    # Only the part of the picture that the element covers is painted: most are small.
    left = int(max(min(x for line in lines for x, _ in line) - width, 0))
    top = int(max(min(y for line in lines for _, y in line) - width, 0))
    right = int(min(max(x for line in lines for x, _ in line) + width + 1, image.width))
    below = int(min(max(y for line in lines for _, y in line) + width + 1, image.height))
    if right <= left or below <= top:
        return
    lines = [[(x - left, y - top) for x, y in line] for line in lines]
    if fill != "none":
        mask = Image.new("L", (right - left, below - top), 0)
        for line in lines:
            if len(line) > 2:
                ImageDraw.Draw(mask).polygon(line, fill=255)
        _paint(image, mask, (left, top), fill, opacity)
    if stroke != "none":
        mask = Image.new("L", (right - left, below - top), 0)
        dashes = [float(one) * DRAWN for one in re.findall(r"[\d.]+", style.get("stroke-dasharray", ""))]
        for line in lines:
            for part in _dash(line, dashes) if dashes else [line]:
                _stroke(ImageDraw.Draw(mask), part, width, style.get("stroke-linecap") == "round")
        _paint(image, mask, (left, top), stroke, opacity)


def _paint(image: Image.Image, mask: Image.Image, at: tuple[int, int], colour: str, opacity: float) -> None:
    if opacity < 1:
        mask = mask.point([round(value * opacity) for value in range(256)])
    image.paste(ImageColor.getrgb(colour), (*at, at[0] + mask.width, at[1] + mask.height), mask)


def _stroke(draw: ImageDraw.ImageDraw, line: Line, width: float, is_round: bool) -> None:
    thick = max(1, round(width))
    if len(line) > 1:
        draw.line(line, fill=255, width=thick, joint="curve")
    if is_round:
        for x, y in (line[0], line[-1]):
            draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)


def _dash(line: Line, dashes: list[float]) -> Iterator[Line]:
    """The drawn parts of a dashed line."""
    if len(dashes) % 2:
        dashes = dashes * 2
    place, left, part = 0, dashes[0], [line[0]]
    for start, end in itertools.pairwise(line):
        length, done = math.dist(start, end), 0.0
        while length - done > left:
            done += left
            cut = (start[0] + (end[0] - start[0]) * done / length, start[1] + (end[1] - start[1]) * done / length)
            if place % 2 == 0:
                yield [*part, cut]
            place, part = place + 1, [cut]
            left = max(dashes[place % len(dashes)], 0.05)
        left -= length - done
        part.append(end)
    if place % 2 == 0 and len(part) > 1:
        yield part


def _outline(element: ET.Element) -> list[Line]:
    value = {name: float(text) for name, text in element.attrib.items() if re.fullmatch(r"-?[\d.]+", text)}
    kind = element.tag.rpartition("}")[2]
    if kind in ("circle", "ellipse"):
        rx, ry = value.get("rx", value.get("r", 0.0)), value.get("ry", value.get("r", 0.0))
        turns = [math.tau * step / 48 for step in range(49)]
        return [[(value["cx"] + rx * math.cos(one), value["cy"] + ry * math.sin(one)) for one in turns]]
    if kind == "rect":
        x, y = value.get("x", 0.0), value.get("y", 0.0)
        right, below = x + value["width"], y + value["height"]
        return [[(x, y), (right, y), (right, below), (x, below), (x, y)]]
    return read_path(element.attrib["d"]) if kind == "path" else []


def read_path(data: str) -> list[Line]:
    """The lines of a path, curves cut into straight pieces. Raises KeyError for a command it does not know."""
    lines: list[Line] = []
    at: Point = (0.0, 0.0)
    for command, numbers in _commands(data):
        base = at if command.islower() else (0.0, 0.0)
        name = command.upper()
        if name == "M":
            at = (base[0] + numbers[0], base[1] + numbers[1])
            lines.append([at])
        elif name == "Z":
            lines[-1].append(lines[-1][0])
            at = lines[-1][0]
            lines.append([at])
        else:
            points = _pieces(name, numbers, at, base)
            lines[-1] += points
            at = points[-1]
    return [line for line in lines if len(line) > 1]


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    command = ""
    numbers: list[float] = []
    for token in _TOKEN.findall(data):
        if token.isalpha():
            command, numbers = token, []
        else:
            numbers.append(float(token))
        if command and len(numbers) == _ARGUMENTS[command.upper()]:
            yield command, numbers
            # More numbers after a move are lines.
            command, numbers = {"M": "L", "m": "l"}.get(command, command), []


def _pieces(name: str, numbers: list[float], at: Point, base: Point) -> Line:
    if name == "H":
        return [(base[0] + numbers[0], at[1])]
    if name == "V":
        return [(at[0], base[1] + numbers[0])]
    if name == "A":
        return _arc(at, numbers, (base[0] + numbers[5], base[1] + numbers[6]))
    points = [(base[0] + x, base[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
    if name == "L":
        return points
    return [_bezier([at, *points], step / CURVE_STEPS) for step in range(1, CURVE_STEPS + 1)]


def _bezier(points: Line, part: float) -> Point:
    while len(points) > 1:
        pairs = itertools.pairwise(points)
        points = [(a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part) for a, b in pairs]
    return points[0]


def _arc(start: Point, numbers: list[float], end: Point) -> Line:
    """A piece of a circle (the drawings' arcs have one radius and no rotation)."""
    chord = math.dist(start, end)
    radius = max(numbers[0], chord / 2)
    if not chord:
        return [end]
    height = math.sqrt(max(radius**2 - (chord / 2) ** 2, 0.0)) * (1 if bool(numbers[3]) != bool(numbers[4]) else -1)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    centre = (
        middle[0] - height * (end[1] - start[1]) / chord,
        middle[1] + height * (end[0] - start[0]) / chord,
    )
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    last = math.atan2(end[1] - centre[1], end[0] - centre[0])
    if numbers[4] and last < first:
        last += math.tau
    if not numbers[4] and last > first:
        last -= math.tau
    turns = (first + (last - first) * step / CURVE_STEPS for step in range(1, CURVE_STEPS + 1))
    return [(centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)) for turn in turns]
