rule evidence_basis:
    """Compute what the evidence at all ranks shares: held-out samples, counts to split, singular values."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
    output:
        basis="<results>/{dataset}/evidence/basis.npz",
    params:
        seed=lambda wildcards: SETTINGS[wildcards.dataset].factorize.seed,
        version=VERSION,
    log:
        "<logs>/{dataset}/evidence/basis.log",
    benchmark:
        "<benchmarks>/{dataset}/evidence/basis.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: preparing the evidence on the rank"
    script:
        "../scripts/evidence_basis.py"


rule evidence:
    """Gather the evidence at one rank: held-out data, split counts, permuted data, fits to a part of the samples.

    It does not look at the restarts, so more of them, or more ranks, leave it as it is.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
        basis="<results>/{dataset}/evidence/basis.npz",
    output:
        evidence="<results>/{dataset}/evidence/k{rank}.npz",
    params:
        settings=how_to_gather,
        version=VERSION,
    log:
        "<logs>/{dataset}/evidence/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/evidence/k{rank}.tsv"
    threads: threads_for_one_rank
    resources:
        mem_mb=4000,
        runtime=240,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: gathering evidence"
    script:
        "../scripts/evidence.py"


rule choose_rank:
    """Collect the measures at all ranks and give the verdict."""
    input:
        unpack(evidence_files),
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
        solutions="<results>/{dataset}/rank/solutions.tsv",
        verdict="<results>/{dataset}/rank/verdict.json",
    params:
        settings=lambda wildcards: SETTINGS[wildcards.dataset].rank.model_dump(exclude={"evidence"}),
        solution=lambda wildcards: SETTINGS[wildcards.dataset].consensus.solution,
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
