"""Do the work of one peer in this process, step by step, and print what it took as one line of JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path

from benchmarks.memory import peak_mib


def main(who: str, path: str) -> None:
    """Print seconds by step, peak memory, and a digest of the answers."""
    warnings.simplefilter("ignore")
    began = time.process_time(), time.perf_counter()
    peer = import_module(f"benchmarks.peers.{who}")
    spent = {"import": (time.process_time() - began[0], time.perf_counter() - began[1])}
    done = {}
    for name, step in peer.steps(Path(path)).items():
        began = time.process_time(), time.perf_counter()
        done[name] = step(done)
        spent[name] = time.process_time() - began[0], time.perf_counter() - began[1]
    print(json.dumps({"seconds": spent, "peak_mib": peak_mib(), "digest": peer.digest(done)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
