from nmfbio.io import read_table
from nmfbio.logs import rule_log
from nmfbio.preprocessing import format_page

with rule_log(snakemake.log[0]):
    for name, path in zip(snakemake.params.names, snakemake.input.pages, strict=True):
        print("", format_page(name, read_table(path)), f"  in full: {path}", "", sep="\n", flush=True)
