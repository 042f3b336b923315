rule plot_rank:
    """Draw the figures at one rank: consensus of the samples, usages, metagenes."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        consensus="<results>/{dataset}/consensus/k{rank}.npz",
        genes="<results>/{dataset}/signatures/k{rank}/genes.tsv",
        samples="<results>/{dataset}/signatures/k{rank}/samples.tsv",
    output:
        report(
            "<results>/{dataset}/figures/consensus_k{rank}.png",
            caption="../report/consensus.rst",
            category="{dataset}",
            subcategory="3 Do restarts agree",
            labels={"what": "consensus of the samples", "rank": "{rank}"},
        ),
        report(
            "<results>/{dataset}/figures/metagenes_k{rank}.png",
            caption="../report/metagenes.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "signature genes", "rank": "{rank}"},
        ),
        report(
            "<results>/{dataset}/figures/usages_k{rank}.png",
            caption="../report/usages.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "usages", "rank": "{rank}"},
        ),
        "<results>/{dataset}/figures/consensus_k{rank}.pdf",
        "<results>/{dataset}/figures/metagenes_k{rank}.pdf",
        "<results>/{dataset}/figures/usages_k{rank}.pdf",
        "<results>/{dataset}/figures/source/consensus_k{rank}.tsv",
        "<results>/{dataset}/figures/source/metagenes_k{rank}.tsv",
        "<results>/{dataset}/figures/source/usages_k{rank}.tsv",
    params:
        settings=section("figures"),
        top_genes=lambda wildcards: SETTINGS[wildcards.dataset].signatures.top_genes,
        version=VERSION,
    log:
        "<logs>/{dataset}/plots/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/plots/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: drawing the figures"
    script:
        "../scripts/plot_rank.py"


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
