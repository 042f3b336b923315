from pathlib import Path

import pandas as pd

from nmfbio.consensus import RestartSummary, build_consensus, join_summaries
from nmfbio.io import read_matrix, read_obs, read_var, write_figures, write_table, write_text
from nmfbio.logs import rule_log
from nmfbio.plots import draw_rank_figures
from nmfbio.signatures import extract_signatures, to_gmt

dataset, rank = snakemake.wildcards.dataset, snakemake.wildcards.rank
settings, figures = snakemake.params.settings, snakemake.params.figures

with rule_log(snakemake.log[0]):
    matrix = read_matrix(snakemake.input.expression)
    samples, genes = read_obs(snakemake.input.expression), read_var(snakemake.input.expression)
    restarts = join_summaries([RestartSummary.load(path) for path in snakemake.input.restarts])
    consensus = build_consensus(matrix, restarts, samples.index.to_numpy(str), snakemake.params.method, **settings)
    consensus.save(snakemake.output.consensus)

    signatures = extract_signatures(consensus, samples.index, genes, settings["scale"])
    for table in ("metagenes", "usages", "genes", "samples"):
        write_table(getattr(signatures, table), snakemake.output[table])
    description = f"{dataset}, rank {rank}, Kim & Park 2007 selection"
    write_text(to_gmt(signatures.genes, f"{dataset}_k{rank}", description), snakemake.output.gene_sets)

    drawings = draw_rank_figures(
        pd.DataFrame(matrix, index=samples.index, columns=genes.index),
        samples,
        consensus,
        signatures.genes,
        signatures.samples,
        top_genes=snakemake.params.top_genes,
        annotations=figures["annotations"],
    )
    write_figures(drawings, Path(snakemake.output.consensus_figure).parent, dpi=figures["dpi"])
