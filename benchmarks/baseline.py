"""`make bench-baseline`: record what `make bench-check` compares with."""

from benchmarks import check


def main() -> int:
    """Record the baseline; return the exit code."""
    check.record()
    print(f"{check.BASELINE} has the figures for {check.label()}.")
    return 0
