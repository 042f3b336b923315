"""What the report says about the machine."""

import os
import platform
from pathlib import Path


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def libc() -> str:
    """The C library, whose memory management some solvers feel."""
    return " ".join(platform.libc_ver()) or "unknown"


def load() -> str:
    """Load averages over 1, 5 and 15 minutes."""
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def describe(load_before: str) -> str:
    """Two sentences for the report."""
    return (
        f"{processor()}, one of {os.cpu_count()} processors; {platform.system()}, C library {libc()}, Python "
        f"{platform.python_version()}. Load averages over 1, 5 and 15 minutes: {load_before} before, {load()} after; "
        "all times are CPU times, which busy neighbours still lengthen."
    )
