rule plot_survey:
    """Draw the figures of the whole run: the steps of preprocessing, the measures with the verdict, the objectives."""
    input:
        preflight="<results>/{dataset}/preflight.json",
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
        report(
            "<results>/{dataset}/figures/preprocessing.png",
            caption="../report/preprocessing.rst",
            category="{dataset}",
            subcategory="6 Data",
            labels={"what": "preprocessing", "rank": "all"},
        ),
        "<results>/{dataset}/figures/rank_survey.pdf",
        "<results>/{dataset}/figures/objectives.pdf",
        "<results>/{dataset}/figures/preprocessing.pdf",
        "<results>/{dataset}/figures/source/rank_survey.tsv",
        "<results>/{dataset}/figures/source/objectives.tsv",
        "<results>/{dataset}/figures/source/preprocessing.tsv",
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
        "{wildcards.dataset}: drawing the figures of the whole run"
    script:
        "../scripts/plot_survey.py"


rule plot_umap:
    """Draw the map of the samples."""
    input:
        annotated="<results>/{dataset}/nmf.h5ad",
    output:
        report(
            "<results>/{dataset}/figures/umap.png",
            caption="../report/umap.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "map of the samples", "rank": "chosen"},
        ),
        "<results>/{dataset}/figures/umap.pdf",
        "<results>/{dataset}/figures/source/umap.tsv",
    params:
        settings=section("figures"),
        version=VERSION,
    log:
        "<logs>/{dataset}/plots/umap.log",
    benchmark:
        "<benchmarks>/{dataset}/plots/umap.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: drawing the map of the samples"
    script:
        "../scripts/plot_umap.py"
