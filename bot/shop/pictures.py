"""Drawings that stand in for photographs: one by kind of product, in the product's own colour, as SVG.

The demo data names pictures but has none. `build_picture` is pure; the drawings stand in `drawings/`, each 320 by 400
with `$main`, `$dark`, `$light`, `$thread` (a second colour), `$cream`, `$shadow` and `$motifs` to be filled in.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template
from zlib import crc32

DRAWINGS = Path(__file__).parent / "drawings"

# Product type to drawing; the first word that is found in type or handle decides.
_KINDS: tuple[tuple[str, str], ...] = (
    ("dupatta", "dupatta"), ("saree", "saree"), ("pavadai", "saree"), ("veshti", "saree"), ("kurta-set", "kurti"),
    ("kurti", "kurti"), ("nighty", "kurti"), ("choli", "kurti"), ("kurta", "kurta"), ("nehru", "kurta"),
    ("trousers", "trousers"), ("jeans", "trousers"), ("bottoms", "trousers"), ("chappal", "chappal"),
    ("sandal", "chappal"), ("slipper", "chappal"), ("flip-flop", "chappal"), ("shoes", "shoe"), ("heels", "shoe"),
    ("ethnic footwear", "shoe"), ("jacket", "shirt"), ("shirt", "shirt"), ("rainwear", "shirt"), ("baby", "shirt"),
    ("innerwear", "shirt"), ("rug", "rug"), ("doormat", "rug"), ("cushion", "cushion"), ("pillow", "cushion"),
    ("bedsheet", "folded"), ("towel", "folded"), ("quilt", "folded"), ("blanket", "folded"), ("curtain", "folded"),
    ("linen", "folded"), ("protector", "folded"), ("cover", "folded"), ("davara", "davara"), ("coffee", "davara"),
    ("tawa", "tawa"), ("cookware", "pot"), ("cooktop", "pot"), ("dabba", "tiffin"), ("lunch box", "tiffin"),
    ("dinnerware", "tiffin"), ("storage", "jar"), ("grinder", "jar"), ("bottle", "bottle"), ("flask", "bottle"),
    ("kettle", "kettle"), ("iron", "kettle"), ("lamp", "lamp"), ("light", "lamp"), ("speaker", "speaker"),
    ("earphones", "speaker"), ("fan", "fan"),
)  # fmt: skip

_COLOURS: dict[str, str] = {
    "indigo": "#2f3f73", "navy": "#2a3a5c", "peacock": "#0f6b78", "teal": "#1f7270", "sky": "#7ea9c4",
    "blue": "#3d628f",
    "maroon": "#7d2a35", "wine": "#6b2439", "red": "#a8362d", "rust": "#b0552f", "rose": "#c58a76", "peach": "#dfa384",
    "mustard": "#cf9a34", "yellow": "#dcb045", "gold": "#c39a46", "bottle": "#24523d", "olive": "#74763f",
    "leaf": "#5c8a45", "parrot": "#5f9a3f", "green": "#3f7a52", "khaki": "#a3906a", "beige": "#cbb690",
    "ivory": "#e6dac0", "white": "#ebe4d6", "black": "#39343a", "ash": "#8b8a8c", "grey": "#8b8a8c", "steel": "#a3abb0",
    "copper": "#b96f43", "brass": "#c79a3f", "cast": "#45414a", "tan": "#a8743f", "coir": "#a67d4c",
}  # fmt: skip
_OTHERS = ("#2f3f73", "#7d2a35", "#1f7270", "#b0552f", "#cf9a34", "#24523d")
_GROUNDS = ("#efe3cf", "#e6e6d6", "#ecdcd2", "#dfe5e2", "#f0e2c8")
_METALS = {"davara": "#c79a3f", "tiffin": "#a3abb0", "pot": "#9aa3a8", "tawa": "#45414a", "chappal": "#a8743f"}


def choose_drawing(kind: str, handle: str) -> str:
    """The name of the drawing for a product type; a parcel when nothing fits."""
    looked_in = f"{handle} {kind}".lower()
    return next((drawing for word, drawing in _KINDS if word in looked_in), "parcel")


def choose_colour(names: str, handle: str, drawing: str) -> str:
    """The colour that the words name (option value, then title), else one that suits the drawing."""
    words = names.lower()
    found = [(words.find(word), colour) for word, colour in _COLOURS.items() if word in words]
    if found:
        return min(found)[1]
    return _METALS.get(drawing) or _OTHERS[crc32(handle.encode()) % len(_OTHERS)]


@cache
def build_picture(kind: str, handle: str, names: str) -> str:
    """The whole SVG: a niche with an arch, and the product in it."""
    drawing = choose_drawing(kind, handle)
    main = choose_colour(names, handle, drawing)
    seed = crc32(handle.encode())
    ground = _GROUNDS[seed % len(_GROUNDS)]
    thread = "#d6a441" if _lightness(main) < 0.62 and main not in {"#cf9a34", "#c79a3f", "#c39a46"} else "#a8362d"
    inner = Template((DRAWINGS / f"{drawing}.svg").read_text(encoding="utf-8")).safe_substitute(
        main=main, dark=_mix(main, "#1d1210", 0.32), light=_mix(main, "#fff8ea", 0.62), thread=thread,
        cream="#fbf3e2", shadow=_mix(ground, "#3a2416", 0.22), motifs=_build_motifs(drawing),
    )  # fmt: skip
    niche = _mix(ground, "#ffffff", 0.5)
    edge = _mix(ground, "#5a3a20", 0.2)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 400">'
        f'<rect width="320" height="400" fill="{ground}"/>'
        f'<path d="M24 400 V164 Q24 96 84 74 Q132 56 160 22 Q188 56 236 74 Q296 96 296 164 V400z" fill="{niche}"/>'
        '<path d="M36 400 V168 Q36 106 90 86 Q134 70 160 40 Q186 70 230 86 Q284 106 284 168 V400" fill="none" '
        f'stroke="{edge}" stroke-width="1.6" stroke-dasharray="7 6" stroke-linecap="round"/>'
        f'<g transform="translate(0 14)">{inner}</g></svg>'
    )


def _build_motifs(drawing: str) -> str:
    """Small printed marks: a sprig on garments, rings of dots on tied cloth."""
    if drawing == "dupatta":
        spots = [(x, y) for y in range(126, 300, 24) for x in range(106, 230, 24)]
        return "".join(f'<circle cx="{x + (y // 24 % 2) * 8}" cy="{y}" r="2.8"/>' for x, y in spots)
    if drawing == "cushion":
        spots = [(x, y) for y in (182, 212, 242) for x in (130, 160, 190)]
    else:
        spots = [(x, y) for y in range(196, 312, 28) for x in (128, 160, 192)]
    sprig = "M{x} {y} q-8 -5 0 -14 q8 9 0 14z M{x} {y} q-11 2 -11 -6 q8 -1 11 6z M{x} {y} q11 2 11 -6 q-8 -1 -11 6z"
    return "".join(f'<path d="{sprig.format(x=x, y=y)}"/>' for x, y in spots)


def _mix(colour: str, other: str, part: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _lightness(colour: str) -> float:
    red, green, blue = _parts(colour)
    return (0.3 * red + 0.59 * green + 0.11 * blue) / 255
