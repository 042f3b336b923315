"""Programs found by nmfbio and by cNMF in the same simulated cells; ``benchmarks/README.md`` tells more."""
