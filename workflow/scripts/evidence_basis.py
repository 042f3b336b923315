from nmfbio.io import read_counts, read_matrix
from nmfbio.logs import rule_log
from nmfbio.rank import prepare_evidence

path = snakemake.input.expression

with rule_log(snakemake.log[0]):
    prepare_evidence(read_matrix(path), read_counts(path), snakemake.params.seed).save(snakemake.output.basis)
