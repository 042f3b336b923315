from nmfbio.consensus import RestartSummary, build_consensus, join_summaries
from nmfbio.io import read_matrix, read_obs, read_var, write_table, write_text
from nmfbio.logs import rule_log
from nmfbio.signatures import extract_signatures, to_gmt

dataset, rank = snakemake.wildcards.dataset, snakemake.wildcards.rank
settings = snakemake.params.settings

with rule_log(snakemake.log[0]):
    expression, samples = read_matrix(snakemake.input.expression), read_obs(snakemake.input.expression).index
    restarts = join_summaries([RestartSummary.load(path) for path in snakemake.input.restarts])
    consensus = build_consensus(expression, restarts, samples.to_numpy(str), snakemake.params.method, **settings)
    consensus.save(snakemake.output.consensus)
    signatures = extract_signatures(consensus, samples, read_var(snakemake.input.expression), settings["scale"])
    for table in ("metagenes", "usages", "genes", "samples"):
        write_table(getattr(signatures, table), snakemake.output[table])
    description = f"{dataset}, rank {rank}, Kim & Park 2007 selection"
    write_text(to_gmt(signatures.genes, f"{dataset}_k{rank}", description), snakemake.output.gene_sets)
