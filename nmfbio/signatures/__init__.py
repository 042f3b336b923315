"""Signatures: scored and ranked genes of every metagene, membership of samples, gene sets, and the annotated matrix."""

from nmfbio.signatures.annotate import annotate_expression
from nmfbio.signatures.extract import Signatures, extract_signatures
from nmfbio.signatures.gene_scores import kim_park_scores, select_genes
from nmfbio.signatures.gene_sets import to_gmt
from nmfbio.signatures.lineage import trace_lineage
from nmfbio.signatures.shared_programs import SharedPrograms, Solution, find_shared_programs

__all__ = [
    "SharedPrograms",
    "Signatures",
    "Solution",
    "annotate_expression",
    "extract_signatures",
    "find_shared_programs",
    "kim_park_scores",
    "select_genes",
    "to_gmt",
    "trace_lineage",
]
