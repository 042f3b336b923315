from nmfbio.io import write_text
from nmfbio.logs import rule_log
from nmfbio.report import collect_report, render_report

files, settings = snakemake.input, snakemake.params.settings

with rule_log(snakemake.log[0]):
    content = collect_report(
        dataset=snakemake.wildcards.dataset,
        settings=settings,
        report=snakemake.output[0],
        preflight=files.preflight,
        measures=files.measures,
        verdict=files.verdict,
        objectives=files.objectives,
        solutions=files.solutions,
        ranks=settings["factorize"]["ranks"],
        genes=files.genes,
        samples=files.samples,
        programs=files.programs,
        figures=[*files.figures, *files.consensus, *files.metagenes, *files.usages_figures],
        title=settings["report"]["title"],
    )
    write_text(render_report(content), snakemake.output[0])
