rule consensus:
    """Combine all restarts at one rank, and write the signatures and sample calls of their solution.

    Both take a second or two, less than a job of their own would cost.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
        restarts=restart_files,
    output:
        consensus="<results>/{dataset}/consensus/k{rank}.npz",
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
        settings=section("consensus"),
        method=lambda wildcards: SETTINGS[wildcards.dataset].factorize.method,
        version=VERSION,
    log:
        "<logs>/{dataset}/consensus/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/consensus/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: combining the restarts, scoring the genes"
    script:
        "../scripts/consensus.py"
