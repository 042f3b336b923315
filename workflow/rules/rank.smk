rule choose_rank:
    """Collect the measures at all ranks and give the verdict."""
    input:
        consensuses=at_all_ranks("<results>/{dataset}/consensus/k{rank}.npz"),
    output:
        measures=report(
            "<results>/{dataset}/rank/measures.tsv",
            caption="../report/measures.rst",
            category="{dataset}",
            subcategory="2 Which rank",
            labels={"what": "measures, table", "rank": "all"},
        ),
        objectives="<results>/{dataset}/rank/objectives.tsv",
        verdict="<results>/{dataset}/rank/verdict.json",
    params:
        settings=section("rank"),
        version=VERSION,
    log:
        "<logs>/{dataset}/choose_rank.log",
    benchmark:
        "<benchmarks>/{dataset}/choose_rank.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: choosing the rank"
    script:
        "../scripts/choose_rank.py"
