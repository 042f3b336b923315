"""Signatures: scored and ranked genes of every metagene, membership of samples, gene sets, and the annotated matrix."""

from nmfbio.signatures.annotate import add_result, annotate_expression, metadata_columns, shown_rank, usage_columns
from nmfbio.signatures.embed import add_umap, embed_samples
from nmfbio.signatures.extract import Signatures, extract_signatures
from nmfbio.signatures.gene_scores import kim_park_scores, regression_scores
from nmfbio.signatures.gene_selection import select_genes
from nmfbio.signatures.gene_sets import describe_sets, to_gmt

__all__ = [
    "Signatures",
    "add_result",
    "add_umap",
    "annotate_expression",
    "describe_sets",
    "embed_samples",
    "extract_signatures",
    "kim_park_scores",
    "metadata_columns",
    "regression_scores",
    "select_genes",
    "shown_rank",
    "to_gmt",
    "usage_columns",
]
