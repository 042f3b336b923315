import numpy as np

from nmfbio.io import read_gene_sets, read_matrix, read_obs_and_var, write_table
from nmfbio.logs import rule_log
from nmfbio.signatures import count_tested, name_genes

files, output = snakemake.input, snakemake.output

with rule_log(snakemake.log[0]):
    gene_sets = read_gene_sets(files.gene_sets)
    _, genes = read_obs_and_var(files.expression)
    levels = np.asarray(read_matrix(files.expression).mean(axis=0)).ravel()
    names = name_genes(gene_sets, genes, levels)
    write_table(count_tested(gene_sets, names, snakemake.params.set_size), output.sets)
    write_table(names.rename("name_in_sets").rename_axis("gene").reset_index(), output.genes)
