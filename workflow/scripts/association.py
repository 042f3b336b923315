from nmfbio.io import read_obs_and_var, read_table, write_figures, write_table
from nmfbio.logs import rule_log
from nmfbio.plots import draw_association_figures
from nmfbio.signatures import associate_metadata

files, output, settings = snakemake.input, snakemake.output, snakemake.params.settings

with rule_log(snakemake.log[0]):
    usages = read_table(files.usages, index="sample")
    clusters = read_table(files.samples, index="sample")["cluster"]
    metadata, _ = read_obs_and_var(files.expression)
    table = associate_metadata(usages, clusters, metadata, **settings)
    write_table(table, output.table)
    drawings = draw_association_figures(table, usages, clusters, metadata, settings["event"])
    write_figures(drawings, output.overview.rsplit("/", 1)[0], dpi=snakemake.params.figures["dpi"])
