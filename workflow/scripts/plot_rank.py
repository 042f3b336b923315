from nmfbio.consensus import Consensus
from nmfbio.io import read_h5ad, read_table, write_figures
from nmfbio.logs import rule_log
from nmfbio.plots import draw_rank_figures

with rule_log(snakemake.log[0]):
    drawings = draw_rank_figures(
        read_h5ad(snakemake.input.expression),
        Consensus.load(snakemake.input.consensus),
        read_table(snakemake.input.genes),
        read_table(snakemake.input.samples),
        top_genes=snakemake.params.top_genes,
        annotations=snakemake.params.settings["annotations"],
    )
    write_figures(drawings, snakemake.output[0].rsplit("/", 1)[0], dpi=snakemake.params.settings["dpi"])
