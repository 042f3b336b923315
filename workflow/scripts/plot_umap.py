from nmfbio.io import read_h5ad, write_figures
from nmfbio.logs import rule_log
from nmfbio.plots import draw_umap_figures

params = snakemake.params

with rule_log(snakemake.log[0]):
    drawings = draw_umap_figures(read_h5ad(snakemake.input.annotated), params.settings["annotations"])
    write_figures(drawings, snakemake.output[0].rsplit("/", 1)[0], dpi=params.settings["dpi"])
