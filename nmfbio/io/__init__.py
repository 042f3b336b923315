"""Readers, writers and atomic saving.

Names are imported from their modules on first use: a factorise job, which needs only `read_matrix` and `save_arrays`,
never pays for pandas, and few jobs for anndata or matplotlib.
"""

from nmfbio.lazy import import_on_use

_HOMES = {
    "atomic_path": "atomic",
    "load_arrays": "arrays",
    "save_arrays": "arrays",
    "open_matrix": "h5ad_parts",
    "has_umap": "h5ad_parts",
    "read_counts": "h5ad_parts",
    "read_matrix": "h5ad_parts",
    "read_obs_and_var": "h5ad_parts",
    "read_preset": "h5ad_parts",
    "read_h5ad": "h5ad",
    "write_h5ad": "h5ad",
    "read_dropped_samples": "h5ad_parts",
    "read_factorised": "h5ad",
    "find_reference": "results",
    "read_json": "tables",
    "read_table": "tables",
    "write_json": "tables",
    "write_table": "tables",
    "write_text": "tables",
    "write_figure": "figures",
    "write_figures": "figures",
    "GeneSet": "gene_sets",
    "read_gene_sets": "gene_sets",
    "read_expression": "expression",
    "read_levels": "levels",
    "as_levels": "levels",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = import_on_use(__name__, _HOMES)
