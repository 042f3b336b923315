from nmfbio.consensus import Consensus
from nmfbio.io import read_h5ad, read_json, write_h5ad, write_table, write_text
from nmfbio.logs import rule_log
from nmfbio.signatures import (
    add_umap,
    annotate_expression,
    describe_sets,
    extract_signatures,
    score_every_gene,
    shown_rank,
    to_gmt,
)

files, output, params = snakemake.input, snakemake.output, snakemake.params
dataset = snakemake.wildcards.dataset

with rule_log(snakemake.log[0]):
    verdict, expression = read_json(files.verdict), read_h5ad(files.expression)
    rank = shown_rank(verdict, params.ranks)
    consensus = Consensus.load(files.consensuses[params.ranks.index(rank)])
    names = expression.obs_names, expression.var
    signatures = extract_signatures(expression.X, consensus, *names, params.scale, **params.cut)
    annotated = annotate_expression(expression, consensus, signatures, verdict)
    add_umap(annotated, params.umap, params.seed)
    write_h5ad(annotated, output.annotated)
    every_gene = score_every_gene(expression, consensus.usages, signatures.scores)
    write_table(every_gene if verdict["rank"] else every_gene.iloc[:0], output.every_gene)
    sets = to_gmt(signatures.genes, f"{dataset}_k{rank}", describe_sets(dataset, consensus.metagenes, **params.cut))
    write_text(sets if verdict["rank"] else "", output.gene_sets)
