from nmfbio.config import Preprocess
from nmfbio.io import read_expression, write_h5ad
from nmfbio.logs import rule_log
from nmfbio.preprocessing import preprocess

with rule_log(snakemake.log[0]):
    expression = read_expression(
        snakemake.input.expression, snakemake.input.get("metadata"), snakemake.input.get("genes")
    )
    expression = preprocess(expression, Preprocess(**snakemake.params.settings))
    write_h5ad(expression, snakemake.output.expression)
