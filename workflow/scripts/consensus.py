from nmfbio.config_preprocess import LOG_BASES
from nmfbio.consensus import RestartSummary, build_consensus, join_summaries
from nmfbio.io import (
    read_dropped_samples,
    read_matrix,
    read_obs_and_var,
    read_preset,
    write_figures,
    write_table,
    write_text,
)
from nmfbio.logs import rule_log
from nmfbio.plots import draw_rank_figures
from nmfbio.signatures import describe_sets, extract_signatures, to_gmt

output, params = snakemake.output, snakemake.params
settings, figures = params.settings, params.figures
dataset, rank = snakemake.wildcards.dataset, snakemake.wildcards.rank

with rule_log(snakemake.log[0]):
    matrix = read_matrix(snakemake.input.expression)
    samples, genes = read_obs_and_var(snakemake.input.expression)
    restarts = join_summaries([RestartSummary.load(path) for path in snakemake.input.restarts])
    names = samples.index.to_numpy(str)
    plan = {"options": params.options, "log_base": LOG_BASES.get(read_preset(snakemake.input.expression))}
    consensus = build_consensus(matrix, restarts, names, params.method, **plan, **settings)
    consensus.save(output.consensus)
    signatures = extract_signatures(matrix, consensus, samples.index, genes, settings["scale"], **params.cut)
    for name, table in signatures.tables(read_dropped_samples(snakemake.input.expression)).items():
        write_table(table, output[name])
    sets = to_gmt(signatures.genes, f"{dataset}_k{rank}", describe_sets(dataset, consensus.metagenes, **params.cut))
    write_text(sets, output.gene_sets)
    drawings = draw_rank_figures(matrix, samples, consensus, signatures, params.top_genes, figures["annotations"])
    write_figures(drawings, output.consensus_figure.rsplit("/", 1)[0], dpi=figures["dpi"])
