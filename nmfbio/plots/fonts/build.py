"""Make the fonts of this folder from those of matplotlib: `python nmfbio/plots/fonts/build.py`.

Every PDF holds the letters it uses, cut out of the font file. From the whole DejaVu Sans that takes a fifth of a second
a font and figure, most of it for layout tables that European scripts do not need; from these files, a tenth of that.
"""

import shutil
from pathlib import Path

import matplotlib
from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
HERE = Path(__file__).parent
FAMILY = "nmfbio Sans"  # a name of its own: of two files with one name, matplotlib would take either
NAMES = {"DejaVuSans": "Regular", "DejaVuSans-Bold": "Bold", "DejaVuSans-Oblique": "Oblique"}

# Latin, Greek and Cyrillic with their accents; punctuation, sub- and superscripts, arrows, mathematics, boxes, shapes.
LETTERS = [*range(0x20, 0x530), *range(0x1E00, 0x2300), *range(0x2460, 0x2600), 0xFFFD]
COPYRIGHT, FAMILY_NAME, STYLE_NAME, UNIQUE_NAME, FULL_NAME, VERSION, POSTSCRIPT_NAME, LICENCE = 0, 1, 2, 3, 4, 5, 6, 13


def main() -> None:
    """Write the three fonts, and the licence they come under, beside this file."""
    for file, style in NAMES.items():
        font = _cut(SOURCE / f"{file}.ttf")
        _rename(font, style)
        font.save(HERE / f"{FAMILY.replace(' ', '')}-{style}.ttf")
    shutil.copy(SOURCE / "LICENSE_DEJAVU", HERE / "LICENSE_DEJAVU")


def _cut(path: Path) -> TTFont:
    """Return the font with the letters we draw, their outlines and their kerning."""
    options = subset.Options(
        layout_features=[],
        glyph_names=True,
        legacy_kern=True,
        name_IDs=[COPYRIGHT, FAMILY_NAME, STYLE_NAME, UNIQUE_NAME, FULL_NAME, VERSION, POSTSCRIPT_NAME, LICENCE],
        name_languages=[0x409],
        drop_tables=[*subset.Options().drop_tables, "FFTM", "GDEF", "GPOS", "GSUB", "MATH"],
        recalc_timestamp=False,
    )
    font = subset.load_font(path, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    return font


def _rename(font: TTFont, style: str) -> None:
    """Give the font its own name for matplotlib; the name PDF readers see stays that of the font it was cut from."""
    full = f"{FAMILY} {style}"
    for number, name in {FAMILY_NAME: FAMILY, STYLE_NAME: style, UNIQUE_NAME: full, FULL_NAME: full}.items():
        font["name"].setName(name, number, 3, 1, 0x409)


if __name__ == "__main__":
    main()
