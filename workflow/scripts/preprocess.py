from nmfbio.config import Preprocess
from nmfbio.io import read_expression, write_h5ad
from nmfbio.logs import rule_log
from nmfbio.preprocessing import preprocess, refuse_unusable, take_level

files, params = snakemake.input, snakemake.params
column, level = params.split

with rule_log(snakemake.log[0]):
    expression = read_expression(files.expression, files.get("metadata"), files.get("genes"), **params.reading)
    if level is not None:
        expression = take_level(expression, column, level)
    expression = preprocess(expression, Preprocess(**params.settings))
    refuse_unusable(expression, params.method)
    write_h5ad(expression, snakemake.output.expression)
