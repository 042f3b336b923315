ASSOCIATION_FIGURES = ("association", "association_details")


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


rule association:
    """Test usages and clusters at one rank against what is known of the samples, and draw what is beyond chance."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        usages="<results>/{dataset}/signatures/k{rank}/usages.tsv",
        samples="<results>/{dataset}/signatures/k{rank}/samples.tsv",
    output:
        table=report(
            "<results>/{dataset}/signatures/k{rank}/association.tsv",
            caption="../report/association.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "association with metadata, table", "rank": "{rank}"},
        ),
        overview=report(
            "<results>/{dataset}/figures/association_k{rank}.png",
            caption="../report/association.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "association with metadata", "rank": "{rank}"},
        ),
        details=report(
            "<results>/{dataset}/figures/association_details_k{rank}.png",
            caption="../report/association_details.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "associations one by one", "rank": "{rank}"},
        ),
        pdf=[f"<results>/{{dataset}}/figures/{figure}_k{{rank}}.pdf" for figure in ASSOCIATION_FIGURES],
        source=[f"<results>/{{dataset}}/figures/source/{figure}_k{{rank}}.tsv" for figure in ASSOCIATION_FIGURES],
    params:
        settings=what_to_associate,
        figures=section("figures"),
        version=VERSION,
    log:
        "<logs>/{dataset}/association/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/association/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: testing the metagenes against the metadata"
    script:
        "../scripts/association.py"
