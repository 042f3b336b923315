"""Names that a package imports from its modules on first use (PEP 562)."""

from collections.abc import Callable, Mapping
from importlib import import_module


def import_on_use(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package
        Its ``__name__``.
    homes
        The module of the package that each name comes from.

    Examples
    --------
    >>> find, _ = import_on_use("nmfbio.io", {"write_text": "tables"})
    >>> find("write_text").__module__
    'nmfbio.io.tables'
    """

    def find(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find, lambda: sorted(homes)
