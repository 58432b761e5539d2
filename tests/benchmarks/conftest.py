"""Benchmarks show what they measured: MB/s and the ratio to a plain copy."""

from __future__ import annotations

from typing import Any


def pytest_benchmark_update_json(config: Any, benchmarks: Any, output_json: dict[str, Any]) -> None:
    """Keep the raw times out of saved results; the statistics say enough."""
    for benchmark in output_json["benchmarks"]:
        benchmark["stats"].pop("data", None)
