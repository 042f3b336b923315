rule preprocess:
    """Read the expression matrix and its tables, apply the preset, and refuse what the method cannot take."""
    input:
        unpack(lambda wildcards: source_files(SETTINGS[wildcards.dataset])),
    output:
        expression="<results>/{dataset}/expression.h5ad",
    params:
        reading=how_to_read,
        split=lambda wildcards: (SETTINGS[wildcards.dataset].split_by, SETTINGS[wildcards.dataset].level),
        settings=section("preprocess"),
        method=lambda wildcards: SETTINGS[wildcards.dataset].factorize.method,
        version=VERSION,
    log:
        "<logs>/{dataset}/preprocess.log",
    benchmark:
        "<benchmarks>/{dataset}/preprocess.tsv"
    priority: 200  # every matrix is read and checked before the first is factorised
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: reading the matrix"
    script:
        "../scripts/preprocess.py"


rule check:
    """Check that the matrix can be factorised at every rank asked for, and tell what is in it and what the run costs.

    No other job waits for it: it hangs on the ranks, and would have all of them factorised anew.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
    output:
        table="<results>/{dataset}/preflight.tsv",
        json="<results>/{dataset}/preflight.json",
    params:
        settings=lambda wildcards: what_to_check(SETTINGS[wildcards.dataset]),
        association=what_to_associate,
        version=VERSION,
    log:
        "<logs>/{dataset}/check.log",
    benchmark:
        "<benchmarks>/{dataset}/check.tsv"
    priority: 100  # before any factorisation, since it may end the run
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: checking the matrix"
    script:
        "../scripts/check.py"


rule preflight:
    """Read and check every matrix, print what was found, and go no further: `snakemake preflight`."""
    input:
        pages=expand("<results>/{dataset}/preflight.tsv", dataset=SETTINGS),
        gene_sets=expand("<results>/{dataset}/gene_sets/sets.tsv", dataset=with_gene_sets()),
    params:
        names=list(SETTINGS),
    log:
        "<logs>/preflight.log",
    localrule: True
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "All matrices are checked"
    script:
        "../scripts/preflight.py"
