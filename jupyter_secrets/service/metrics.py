"""What Prometheus is told: counts and times, by endpoint; no name of a scope, a key or a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "jupyter_secrets_requests", "Requests answered.", ("method", "endpoint", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "jupyter_secrets_request_seconds", "How long a request took.", ("endpoint",),
            registry=self._registry, buckets=_BUCKETS,
        )  # fmt: skip
        self.failed_authentications = Counter(
            "jupyter_secrets_failed_authentications", "Requests that nobody could be told to make.",
            registry=self._registry,
        )  # fmt: skip
        self.waiting = Gauge(
            "jupyter_secrets_waiting_servers", "Servers that wait for changes.",
            registry=self._registry,
        )  # fmt: skip
        self.under_way = Gauge(
            "jupyter_secrets_requests_under_way", "Requests not answered yet.",
            registry=self._registry,
        )  # fmt: skip

    def answered(self, method: str, endpoint: str, status: int, seconds: float) -> None:
        """Count a request, by the path of its endpoint."""
        self._requests.labels(method, endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)
