"""Signatures: scored and ranked genes of every metagene, membership of samples, gene sets, association with
metadata, and the annotated matrix."""

from nmfbio.signatures.annotate import annotate_expression
from nmfbio.signatures.association import associate_metadata
from nmfbio.signatures.extract import Signatures, extract_signatures
from nmfbio.signatures.gene_scores import kim_park_scores, select_genes
from nmfbio.signatures.gene_sets import to_gmt

__all__ = [
    "Signatures",
    "annotate_expression",
    "associate_metadata",
    "extract_signatures",
    "kim_park_scores",
    "select_genes",
    "to_gmt",
]
