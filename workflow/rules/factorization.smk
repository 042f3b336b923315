rule factorize:
    """Run the restarts first..last at one rank. A finished file stays valid whatever ranks or restarts are added."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
    output:
        restarts="<results>/{dataset}/restarts/k{rank}/{first}-{last}.npz",
    params:
        settings=lambda wildcards: SETTINGS[wildcards.dataset].factorize.arguments,
        in_batches=lambda wildcards: SETTINGS[wildcards.dataset].factorize.in_batches,
        version=VERSION,
    log:
        "<logs>/{dataset}/factorize/k{rank}/{first}-{last}.log",
    benchmark:
        "<benchmarks>/{dataset}/factorize/k{rank}/{first}-{last}.tsv"
    threads: threads_for_one_rank
    resources:
        mem_mb=4000,
        runtime=120,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: factorising, restarts {wildcards.first} to {wildcards.last}"
    script:
        "../scripts/factorize.py"
