from nmfbio.consensus import Consensus
from nmfbio.io import read_h5ad, write_table, write_text
from nmfbio.logs import rule_log
from nmfbio.signatures import extract_signatures, to_gmt

with rule_log(snakemake.log[0]):
    expression = read_h5ad(snakemake.input.expression)
    consensus = Consensus.load(snakemake.input.consensus)
    signatures = extract_signatures(consensus, expression.obs_names, expression.var, snakemake.params.scale)
    for table in ("metagenes", "usages", "genes", "samples"):
        write_table(getattr(signatures, table), snakemake.output[table])
    name = f"{snakemake.wildcards.dataset}_k{consensus.rank}"
    description = f"{snakemake.wildcards.dataset}, rank {consensus.rank}, Kim & Park 2007 selection"
    write_text(to_gmt(signatures.genes, name, description), snakemake.output.gene_sets)
