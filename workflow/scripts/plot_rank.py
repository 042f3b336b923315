import pandas as pd

from nmfbio.consensus import Consensus
from nmfbio.io import read_matrix, read_obs, read_table, read_var, write_figures
from nmfbio.logs import rule_log
from nmfbio.plots import draw_rank_figures

with rule_log(snakemake.log[0]):
    metadata, genes = read_obs(snakemake.input.expression), read_var(snakemake.input.expression).index
    drawings = draw_rank_figures(
        pd.DataFrame(read_matrix(snakemake.input.expression), index=metadata.index, columns=genes),
        metadata,
        Consensus.load(snakemake.input.consensus),
        read_table(snakemake.input.genes),
        read_table(snakemake.input.samples),
        top_genes=snakemake.params.top_genes,
        annotations=snakemake.params.settings["annotations"],
    )
    write_figures(drawings, snakemake.output[0].rsplit("/", 1)[0], dpi=snakemake.params.settings["dpi"])
