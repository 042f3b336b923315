checkpoint annotate:
    """Put the result at the chosen rank beside the matrix, ready for scanpy; single cells get places on a map too.

    Whether the samples are single cells may be known only once the matrix is read: hence a checkpoint.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
        verdict="<results>/{dataset}/rank/verdict.json",
        consensuses=at_all_ranks("<results>/{dataset}/consensus/k{rank}.npz"),
    output:
        annotated="<results>/{dataset}/nmf.h5ad",
        gene_sets="<results>/{dataset}/signatures.gmt",
    params:
        scale=lambda wildcards: SETTINGS[wildcards.dataset].consensus.scale,
        cut=cut,
        ranks=ranks,
        umap=lambda wildcards: SETTINGS[wildcards.dataset].figures.umap,
        seed=lambda wildcards: SETTINGS[wildcards.dataset].factorize.seed,
        version=VERSION,
    log:
        "<logs>/{dataset}/annotate.log",
    benchmark:
        "<benchmarks>/{dataset}/annotate.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: writing nmf.h5ad at the chosen rank"
    script:
        "../scripts/annotate.py"
