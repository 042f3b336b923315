from nmfbio.consensus import Consensus
from nmfbio.io import read_json, write_figures, write_table
from nmfbio.logs import rule_log
from nmfbio.plots import draw_lineage
from nmfbio.signatures import trace_lineage

files, output = snakemake.input, snakemake.output

with rule_log(snakemake.log[0]):
    lineage = trace_lineage([Consensus.load(path) for path in files.consensuses])
    write_table(lineage, output.table)
    drawing = draw_lineage(lineage, read_json(files.verdict)["rank"])
    write_figures({"lineage": (drawing, lineage)}, output.figure.rsplit("/", 1)[0], dpi=snakemake.params.figures["dpi"])
