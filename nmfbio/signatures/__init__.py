"""Signatures: scored and ranked genes of every metagene, membership of samples, gene sets, and the annotated matrix."""

from nmfbio.signatures.annotate import annotate_expression
from nmfbio.signatures.extract import Signatures, extract_signatures
from nmfbio.signatures.gene_scores import kim_park_scores, select_genes
from nmfbio.signatures.gene_sets import to_gmt
from nmfbio.signatures.projection import Projection, project_samples
from nmfbio.signatures.reference import read_reference

__all__ = [
    "Projection",
    "Signatures",
    "annotate_expression",
    "extract_signatures",
    "kim_park_scores",
    "project_samples",
    "read_reference",
    "select_genes",
    "to_gmt",
]
