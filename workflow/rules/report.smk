rule report:
    """Write the report: one page that says what was found, how sure it is and how it was done."""
    input:
        unpack(lambda wildcards: source_files(SETTINGS[wildcards.dataset])),
        preflight="<results>/{dataset}/preflight.json",
        measures="<results>/{dataset}/rank/measures.tsv",
        objectives="<results>/{dataset}/rank/objectives.tsv",
        solutions="<results>/{dataset}/rank/solutions.tsv",
        verdict="<results>/{dataset}/rank/verdict.json",
        genes=at_all_ranks("<results>/{dataset}/signatures/k{rank}/genes.tsv"),
        samples=at_all_ranks("<results>/{dataset}/signatures/k{rank}/samples.tsv"),
        programs=at_all_ranks("<results>/{dataset}/signatures/k{rank}/programs.tsv"),
        figures=[
            "<results>/{dataset}/figures/rank_survey.png",
            "<results>/{dataset}/figures/objectives.png",
            "<results>/{dataset}/figures/preprocessing.png",
        ],
        consensus=at_all_ranks("<results>/{dataset}/figures/consensus_k{rank}.png"),
        metagenes=at_all_ranks("<results>/{dataset}/figures/metagenes_k{rank}.png"),
        usages_figures=at_all_ranks("<results>/{dataset}/figures/usages_k{rank}.png"),
    output:
        report(
            "<results>/{dataset}/report.html",
            caption="../report/report.rst",
            category="{dataset}",
            subcategory="1 The answer",
            labels={"what": "report", "rank": "all"},
        ),
    params:
        settings=lambda wildcards: plain_settings(wildcards.dataset),
        version=VERSION,
    log:
        "<logs>/{dataset}/report.log",
    benchmark:
        "<benchmarks>/{dataset}/report.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: writing the report"
    script:
        "../scripts/report.py"
