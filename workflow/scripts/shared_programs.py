from nmfbio.io import read_table, write_figures, write_table, write_text
from nmfbio.logs import rule_log
from nmfbio.plots import draw_shared_programs
from nmfbio.signatures import Solution, find_shared_programs

files, output, params = snakemake.input, snakemake.output, snakemake.params

with rule_log(snakemake.log[0]):
    solutions = [
        Solution(name, read_table(scores, "gene"), read_table(genes), read_table(samples))
        for name, scores, genes, samples in zip(params.data_sets, files.scores, files.genes, files.samples, strict=True)
    ]
    found = find_shared_programs(solutions, **params.settings)
    write_table(found.programs, output.programs)
    write_table(found.members, output.members)
    write_table(found.genes, output.genes)
    write_text(found.to_gmt(), output.gene_sets)
    drawing = draw_shared_programs(found.cosines, found.members, found.programs, found.note)
    folder = output.figure.rsplit("/", 1)[0]
    write_figures({"programs": (drawing, found.cosine_table())}, folder, dpi=params.dpi)
