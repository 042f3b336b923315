rule annotate:
    """Put the result at the chosen rank beside the matrix, ready for scanpy."""
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
