from nmfbio.consensus import Consensus
from nmfbio.io import read_h5ad, read_json, write_h5ad
from nmfbio.logs import rule_log
from nmfbio.signatures import annotate_expression

with rule_log(snakemake.log[0]):
    consensuses = [Consensus.load(path) for path in snakemake.input.consensuses]
    annotated = annotate_expression(
        read_h5ad(snakemake.input.expression),
        consensuses,
        read_json(snakemake.input.verdict),
        snakemake.params.scale,
    )
    write_h5ad(annotated, snakemake.output.annotated)
