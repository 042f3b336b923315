"""Signatures: genes, samples and gene sets of every metagene, association with metadata, and the annotated matrix.

Names are imported from their modules on first use: the jobs that write signatures never pay for statistics.
"""

from nmfbio.lazy import import_on_use

_HOMES = {
    "Projection": "projection",
    "SharedPrograms": "shared_programs",
    "Signatures": "extract",
    "Solution": "shared_programs",
    "add_projection": "annotate",
    "add_result": "annotate",
    "add_umap": "embed",
    "annotate_expression": "annotate",
    "associate_metadata": "association",
    "count_tested": "enrichment",
    "describe_sets": "gene_sets",
    "embed_samples": "embed",
    "enrich_signatures": "enrichment",
    "extract_signatures": "extract",
    "find_shared_programs": "shared_programs",
    "kim_park_scores": "gene_scores",
    "metadata_columns": "annotate",
    "name_genes": "matching",
    "prepare_columns": "association_columns",
    "project_samples": "projection",
    "read_reference": "reference",
    "regression_scores": "gene_scores",
    "score_every_gene": "every_gene",
    "select_genes": "gene_selection",
    "shown_rank": "annotate",
    "to_gmt": "gene_sets",
    "trace_lineage": "lineage",
    "usage_columns": "annotate",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = import_on_use(__name__, _HOMES)
