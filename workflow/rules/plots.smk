rule plot_survey:
    """Draw the figures over all ranks: the measures with the verdict, and the objectives of all restarts."""
    input:
        measures="<results>/{dataset}/rank/measures.tsv",
        objectives="<results>/{dataset}/rank/objectives.tsv",
        verdict="<results>/{dataset}/rank/verdict.json",
    output:
        report(
            "<results>/{dataset}/figures/rank_survey.png",
            caption="../report/rank_survey.rst",
            category="{dataset}",
            subcategory="2 Which rank",
            labels={"what": "rank survey", "rank": "all"},
        ),
        report(
            "<results>/{dataset}/figures/objectives.png",
            caption="../report/objectives.rst",
            category="{dataset}",
            subcategory="3 Do restarts agree",
            labels={"what": "objectives of the restarts", "rank": "all"},
        ),
        "<results>/{dataset}/figures/rank_survey.pdf",
        "<results>/{dataset}/figures/objectives.pdf",
        "<results>/{dataset}/figures/source/rank_survey.tsv",
        "<results>/{dataset}/figures/source/objectives.tsv",
    params:
        settings=section("figures"),
        version=VERSION,
    log:
        "<logs>/{dataset}/plots/survey.log",
    benchmark:
        "<benchmarks>/{dataset}/plots/survey.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: drawing the figures over all ranks"
    script:
        "../scripts/plot_survey.py"
