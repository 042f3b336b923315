from nmfbio.io import read_gene_sets, read_table, write_figures, write_table
from nmfbio.logs import rule_log
from nmfbio.plots import choose_enriched, draw_enrichment
from nmfbio.signatures import enrich_signatures

files, params = snakemake.input, snakemake.params
folder, figure = snakemake.output.figure.removesuffix(".png").rsplit("/", 1)

with rule_log(snakemake.log[0]):
    genes, scores = read_table(files.genes), read_table(files.scores, "gene")
    names = read_table(files.names, "gene")["name_in_sets"]
    table = enrich_signatures(genes, scores, read_gene_sets(files.gene_sets), params.set_size, names)
    write_table(table, snakemake.output.enrichment)
    shown = choose_enriched(table)
    write_figures({figure: (draw_enrichment(shown, list(scores)), shown)}, folder, dpi=params.figures["dpi"])
