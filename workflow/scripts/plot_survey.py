import pandas as pd

from nmfbio.io import read_json, read_table, write_figures
from nmfbio.logs import rule_log
from nmfbio.plots import draw_survey_figures

with rule_log(snakemake.log[0]):
    drawings = draw_survey_figures(
        pd.DataFrame(read_json(snakemake.input.preflight)["steps"]),
        read_table(snakemake.input.measures),
        read_table(snakemake.input.objectives),
        read_json(snakemake.input.verdict),
    )
    write_figures(drawings, snakemake.output[0].rsplit("/", 1)[0], dpi=snakemake.params.settings["dpi"])
