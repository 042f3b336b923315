from nmfbio.consensus import summarize_restarts
from nmfbio.factorization import factorize
from nmfbio.io import read_matrix
from nmfbio.logs import progress, rule_log

first, last = int(snakemake.wildcards.first), int(snakemake.wildcards.last)
rank = int(snakemake.wildcards.rank)

with rule_log(snakemake.log[0]):
    restarts = factorize(
        read_matrix(snakemake.input.expression),
        rank,
        restarts=last - first + 1,
        first_restart=first,
        threads=snakemake.threads,
        on_restart=progress(last - first + 1, f"{snakemake.wildcards.dataset}, k={rank}").advance,
        **snakemake.params.settings,
    )
    summarize_restarts(restarts).save(snakemake.output.restarts)
