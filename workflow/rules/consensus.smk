rule consensus:
    """Combine all restarts at one rank: sample clusters, how sharp they are, and the solution of record."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        restarts=restart_files,
    output:
        consensus="<results>/{dataset}/consensus/k{rank}.npz",
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
        "{wildcards.dataset}, rank {wildcards.rank}: combining the restarts"
    script:
        "../scripts/consensus.py"
