"""What a build makes: the interface font cut to our alphabets, and the compiled catalogues.

Both are ignored by git and made again only when their sources are newer. It runs for wheels and
for editable installs.
"""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FONTS: dict[str, tuple[dict[str, float], str | None]] = {
    "inter.woff2": ({"opsz": 14}, "woff2"),  # one file, all weights: the pages
    "Inter-Regular.ttf": ({"opsz": 14, "wght": 400}, None),  # PDF
    "Inter-SemiBold.ttf": ({"opsz": 14, "wght": 600}, None),
}
FEATURES = ["kern", "calt", "tnum", "cv05", "ss03", "ccmp", "locl", "mark"]
CHARACTERS = (
    *range(0x20, 0x180),  # Latin with all the accents of our languages
    *range(0x218, 0x21C),  # Romanian commas below
    *range(0x400, 0x460),  # Cyrillic
    *(0x490, 0x491),
    *range(0x2010, 0x2027),  # dashes, quotes, ellipsis
    *(0x20AC, 0x20BD, 0x2116, 0x21B5, 0x2212),  # euro, rouble, number, return, minus
    *range(0x2190, 0x2194),  # arrows
)


class BuildHook(BuildHookInterface[Any]):
    """The hook that hatchling calls."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make what is missing or stale."""
        root = Path(self.root)
        build_fonts(root / "portal" / "static" / "built")
        build_catalogues(root.glob("*/locale/*/LC_MESSAGES/*.po"))


def build_fonts(folder: Path) -> None:
    """Cut Inter to our characters: 880 kB become 80."""
    made = [folder / name for name in FONTS]
    if all(_is_fresh(each, Path(__file__)) for each in made):
        return
    from fontTools import subset  # noqa: PLC0415 - slow, and not needed when all is fresh
    from fontTools.ttLib import TTFont  # noqa: PLC0415
    from fontTools.varLib import instancer  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for name, (axes, flavor) in FONTS.items():
        options = subset.Options(flavor=flavor, layout_features=FEATURES)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=CHARACTERS)
        with TTFont(_inter()) as font:
            subsetter.subset(font)
            subset.save_font(instancer.instantiateVariableFont(font, axes), folder / name, options)


def build_catalogues(sources: Iterable[Path]) -> None:
    """Compile translations."""
    stale = [each for each in sources if not _is_fresh(each.with_suffix(".mo"), each)]
    if not stale:
        return
    from babel.messages import mofile, pofile  # noqa: PLC0415 - slow

    for source in stale:
        with source.open("rb") as readable, source.with_suffix(".mo").open("wb") as compiled:
            mofile.write_mo(compiled, pofile.read_po(readable))


def _inter() -> Path:
    found = find_spec("fontpkg_inter")
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name="fontpkg_inter")
    return Path(found.origin).parent / "files" / "Inter[opsz,wght].ttf"


def _is_fresh(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime
