from nmfbio.io import read_factorised, write_json, write_table
from nmfbio.logs import rule_log
from nmfbio.preprocessing import check_expression
from nmfbio.signatures import prepare_columns

with rule_log(snakemake.log[0]) as logger:
    expression = read_factorised(snakemake.input.expression)
    prepare_columns(expression.obs, **snakemake.params.association)  # a wrong name ends the run here, before any fit
    preflight = check_expression(expression, **snakemake.params.settings)
    for line in preflight.warnings():
        logger.warning(line)
    write_table(preflight.findings, snakemake.output.table)
    write_json(preflight.to_dict(), snakemake.output.json)
