def restart_files(wildcards):
    """Files that hold all restarts at one rank. Their limits are multiples of restarts_per_job, so that more restarts add files."""
    settings = SETTINGS[wildcards.dataset].factorize
    total, at_once = settings.restarts, settings.restarts_per_job
    return [
        f"<results>/{wildcards.dataset}/restarts/k{wildcards.rank}/{first}-{min(first + at_once, total) - 1}.npz"
        for first in range(0, total, at_once)
    ]


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
    script:
        "../scripts/consensus.py"
