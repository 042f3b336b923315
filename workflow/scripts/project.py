from nmfbio.io import read_expression, write_figures, write_json, write_table
from nmfbio.logs import rule_log
from nmfbio.plots import draw_projection_figure
from nmfbio.signatures import project_samples, read_reference

files, output, params = snakemake.input, snakemake.output, snakemake.params
figures = params.figures

with rule_log(snakemake.log[0]):
    reference = read_reference(files.reference, files.consensus, params.rank, files.get("verdict"))
    expression = read_expression(files.expression, files.get("metadata"), files.get("genes"), **params.reading)
    projection = project_samples(expression, *reference)
    for name, table in projection.tables().items():
        write_table(table, output[name])
    write_json(projection.summary(), output.summary)
    drawings = draw_projection_figure(projection, expression.obs, figures["annotations"])
    write_figures(drawings, output.figure.rsplit("/", 1)[0], dpi=figures["dpi"])
