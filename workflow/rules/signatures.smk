rule signatures:
    """Score and rank genes at one rank, tell which sample belongs to which metagene, and write gene sets."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        consensus="<results>/{dataset}/consensus/k{rank}.npz",
    output:
        metagenes="<results>/{dataset}/signatures/k{rank}/metagenes.tsv",
        usages="<results>/{dataset}/signatures/k{rank}/usages.tsv",
        genes=report(
            "<results>/{dataset}/signatures/k{rank}/genes.tsv",
            caption="../report/genes.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "genes, table", "rank": "{rank}"},
        ),
        samples=report(
            "<results>/{dataset}/signatures/k{rank}/samples.tsv",
            caption="../report/samples.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "samples, table", "rank": "{rank}"},
        ),
        gene_sets="<results>/{dataset}/signatures/k{rank}/signatures.gmt",
    params:
        scale=lambda wildcards: SETTINGS[wildcards.dataset].consensus.scale,
        version=VERSION,
    log:
        "<logs>/{dataset}/signatures/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/signatures/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: scoring the genes"
    script:
        "../scripts/signatures.py"


rule annotate:
    """Put the result at the chosen rank beside the matrix, ready for scanpy."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        verdict="<results>/{dataset}/rank/verdict.json",
        consensuses=at_all_ranks("<results>/{dataset}/consensus/k{rank}.npz"),
    output:
        annotated="<results>/{dataset}/nmf.h5ad",
    params:
        scale=lambda wildcards: SETTINGS[wildcards.dataset].consensus.scale,
        ranks=ranks,
        version=VERSION,
    log:
        "<logs>/{dataset}/annotate.log",
    benchmark:
        "<benchmarks>/{dataset}/annotate.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: writing nmf.h5ad at the chosen rank"
    script:
        "../scripts/annotate.py"
