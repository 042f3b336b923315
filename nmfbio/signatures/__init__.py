"""Signatures: genes, samples and gene sets of every metagene, association with metadata, and the annotated matrix.

Names are imported from their modules on first use: the jobs that write signatures never pay for statistics.
"""

from importlib import import_module

_HOMES = {
    "Signatures": "extract",
    "annotate_expression": "annotate",
    "associate_metadata": "association",
    "extract_signatures": "extract",
    "kim_park_scores": "gene_scores",
    "prepare_columns": "association_columns",
    "select_genes": "gene_scores",
    "to_gmt": "gene_sets",
}

__all__ = list(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
