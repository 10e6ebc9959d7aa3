"""The README's examples, run as they stand there but for the port."""

import re
import subprocess
import sys

import pytest

from conftest import ROOT

SECTION = "## Your first order"
PORT_IN_TEXT = "127.0.0.1:9000"
TIMEOUT_SECONDS = 60
# A word of what a newcomer must see, by a word of the example.
SHOWN = {
    "openssl": ['"status":"NEW"', '["30000.00000000","0.10000000"]'],
    "import ccxt": ["open", "[[30000.0, 0.5]]", "canceled"],
    "binance_sdk_spot": ["NEW", "2000.00000000", "CANCELED"],
    "@depth5": ["lastUpdateId"],
}


def examples():
    """Language and text of each block of the section."""
    section = (ROOT / "README.md").read_text().split(SECTION)[1].split("\n## ")[0]
    return re.findall(r"```(\w*)\n(.*?)```", section, re.DOTALL)


def test_every_example_is_known():
    for _, text in examples():
        assert [word for word in SHOWN if word in text], text
    assert len(examples()) == len(SHOWN)


@pytest.mark.parametrize("word", SHOWN)
def test_example_runs(cluster, rests, tmp_path, word):
    ((language, text),) = [each for each in examples() if word in each[1]]
    (tmp_path / "var").mkdir()
    (tmp_path / "var/local").symlink_to(cluster.directory)
    # The environment's interpreter is the newcomer's python3.
    commands = tmp_path / "bin"
    commands.mkdir()
    (commands / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (commands / "python3").chmod(0o755)
    program = ["python3", "-c"] if language == "python" else ["bash", "-euo", "pipefail", "-c"]
    run = subprocess.run(
        [*program, text.replace(PORT_IN_TEXT, cluster.rest.removeprefix("http://"))],
        cwd=tmp_path, env={"PATH": f"{commands}:/usr/bin:/bin"}, timeout=TIMEOUT_SECONDS,
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert run.returncode == 0, run.stderr
    for part in SHOWN[word]:
        assert part in run.stdout, run.stdout
