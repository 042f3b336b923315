"""Whether programs that cohorts share are found, and no others; ``benchmarks/README.md`` tells more."""
