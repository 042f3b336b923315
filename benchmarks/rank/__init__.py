"""How often nmfbio's verdict and other rules name the right rank; ``benchmarks/README.md`` tells more."""
