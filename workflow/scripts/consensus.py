from nmfbio.consensus import RestartSummary, build_consensus, join_summaries
from nmfbio.io import read_matrix, read_names
from nmfbio.logs import rule_log

with rule_log(snakemake.log[0]):
    consensus = build_consensus(
        read_matrix(snakemake.input.expression),
        join_summaries([RestartSummary.load(path) for path in snakemake.input.restarts]),
        read_names(snakemake.input.expression)[0],
        method=snakemake.params.method,
        **snakemake.params.settings,
    )
    consensus.save(snakemake.output.consensus)
