"""Sets up what the peers need, once, under ``benchmarks/.peers``; says in plain words what cannot be had."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE / ".peers"
DATA = PEERS / "data"
REQUIREMENTS = HERE / "requirements"


class Unavailable(Exception):
    """A peer cannot be run here; the message is the reason that the report prints."""


def command_of(environment: str) -> list[str]:
    """The interpreter of an environment: ``"project"``, ``"r"``, or a file of pinned requirements by its name."""
    if environment == "project":
        return [sys.executable]
    if environment == "r":
        return set_up_r()
    return [str(set_up_python(environment))]


def set_up_python(name: str) -> Path:
    """A virtual environment with the pinned packages of ``requirements/{name}.txt``."""
    python = PEERS / name / "bin" / "python"
    wanted = REQUIREMENTS / f"{name}.txt"
    stamp = PEERS / name / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        run_or_refuse(
            [sys.executable, "-m", "venv", "--clear", str(PEERS / name)], f"no virtual environment for {name}"
        )
        installer = Path(sys.executable).with_name("uv")
        choices = [[str(installer), "pip", "install", "--python", str(python)]] if installer.exists() else []
        choices.append([str(python), "-m", "pip", "install", "--disable-pip-version-check"])
        try_each([[*choice, "--quiet", "-r", str(wanted)] for choice in choices], f"pip could not install {name}")
        stamp.write_text(wanted.read_text())
    return python


def set_up_r() -> list[str]:
    """R with the packages of ``requirements/apt.txt``, installed by apt where this may be done."""
    packages = (REQUIREMENTS / "apt.txt").read_text().split()
    if not has_r_packages():
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            raise Unavailable(f"R or its packages are missing; install {', '.join(packages)} (Debian's names) as root")
        run_or_refuse(["apt-get", "update", "-q"], "apt-get update failed")
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
        run_or_refuse(install, "apt-get could not install R and its packages")
    return ["Rscript", "--vanilla"]


def has_r_packages() -> bool:
    """Whether R starts and finds the packages."""
    check = "for (name in c('NMF', 'RcppML', 'Matrix')) stopifnot(requireNamespace(name, quietly = TRUE))"
    return shutil.which("Rscript") is not None and not run(["Rscript", "--vanilla", "-e", check]).returncode


def run(command: list[str]) -> subprocess.CompletedProcess:
    """Run a command, its output kept."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run_or_refuse(command: list[str], complaint: str) -> None:
    """Run a command; if it fails, give the complaint and its last line as the reason."""
    try_each([command], complaint)


def try_each(commands: list[list[str]], complaint: str) -> None:
    """Run commands until one succeeds; if none does, give the complaint and the last one's last line as the reason."""
    for command in commands:
        outcome = run(command)
        if outcome.returncode == 0:
            return
    raise Unavailable(f"{complaint}: {last_line(outcome.stderr)}")


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"
