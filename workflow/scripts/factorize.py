from contextlib import nullcontext

from nmfbio.config_ranks import refuse_large_ranks
from nmfbio.consensus import summarize_restarts
from nmfbio.factorization import factorize
from nmfbio.io import open_matrix, read_matrix
from nmfbio.logs import progress, rule_log

path, params = snakemake.input.expression, snakemake.params
first, last = int(snakemake.wildcards.first), int(snakemake.wildcards.last)
rank = int(snakemake.wildcards.rank)

with rule_log(snakemake.log[0]), open_matrix(path) if params.in_batches else nullcontext(read_matrix(path)) as matrix:
    refuse_large_ranks([rank], *matrix.shape, path)  # `check` tells this too, but may still be at it
    restarts = factorize(
        matrix,
        rank,
        restarts=last - first + 1,
        first_restart=first,
        threads=snakemake.threads,
        on_restart=progress(last - first + 1, f"{snakemake.wildcards.dataset}, k={rank}").advance,
        **params.settings,
    )
    summarize_restarts(restarts).save(snakemake.output.restarts)
