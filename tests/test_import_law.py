"""The law of docs/design.md: a folder imports only from folders above it, and start-up stays cheap."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "nmfbio"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")
FACTORIZATION_MAY_IMPORT = {"numpy", "scipy", "numba", "threadpoolctl"}
HEAVY = ("pandas", "anndata", "scanpy", "matplotlib", "sklearn", "seaborn", "snakemake")


def read_order():
    """Return the rooms of the house in the order in which docs/design.md lists them."""
    house = (ROOT / "docs/design.md").read_text(encoding="utf-8").partition("## The house")[2].partition("\n## ")[0]
    listed = re.findall(r"^    ((?:[\w.]+/?)(?:, [\w.]+/?)*)\s", house, flags=re.MULTILINE)
    return [name.strip("/").removesuffix(".py") for line in listed for name in line.split(", ")]


def room_of(module):
    """Return the room of a dotted module name below nmfbio; config.py keeps its helpers in config_*.py."""
    room = module.split(".")[1]
    return "config" if room.startswith("config_") else room


def imported_modules(path):
    """Yield the absolute dotted name behind every import statement of a file, those within functions included."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[: -node.level], *([node.module] if node.module else [])])
            module = base if node.level else node.module
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == "nmfbio" else [module]


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def loaded_after(statement):
    report = f"{statement}; import sys; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.split()


def test_the_design_lists_every_room_of_the_package():
    assert {room_of(name_of(path)) for path in MODULES} <= set(read_order())


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_room_imports_only_from_rooms_above_it(path):
    order = read_order()
    above = set(order[: order.index(room_of(name_of(path))) + 1])
    imported = {room_of(name) for name in imported_modules(path) if name.startswith("nmfbio.")}
    assert imported - above - {"__version__"} == set()


@pytest.mark.parametrize("path", sorted((PACKAGE / "factorization").rglob("*.py")), ids=name_of)
def test_factorization_knows_arrays_only(path):
    imported = set(imported_modules(path))
    outside = {name.split(".")[0] for name in imported} - set(sys.stdlib_module_names) - {"nmfbio"}
    assert outside <= FACTORIZATION_MAY_IMPORT
    assert {room_of(name) for name in imported if name.startswith("nmfbio.")} <= {"factorization", "errors"}


@pytest.mark.parametrize("room", ["plots", "report"])
def test_plots_and_report_never_import_a_solver(room):
    imported = {name for path in (PACKAGE / room).rglob("*.py") for name in imported_modules(path)}
    assert {name for name in imported if name.startswith("nmfbio.factorization")} == set()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_in_the_package_imports_snakemake(path):
    assert {name for name in imported_modules(path) if name.split(".")[0].startswith("snakemake")} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "import nmfbio",
        "from nmfbio.factorization import factorize",
        "import nmfbio; nmfbio.factorize",
        "import nmfbio; nmfbio.pp, nmfbio.tl, nmfbio.pl",
        "from nmfbio.io import read_matrix, load_arrays, save_arrays",
        "from nmfbio.config import parse_config",
    ],
)
def test_start_up_loads_no_heavy_package(statement):
    assert loaded_after(statement) == []
