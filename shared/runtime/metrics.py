"""Every metric that our processes export, in one place."""

from prometheus_client import Counter, Gauge, Histogram

_SECONDS = (0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

DELIVERIES = Counter("scope_deliveries_total", "Messages handled", ["queue", "outcome"])
JOB_SECONDS = Histogram("scope_job_seconds", "Time a handler took", ["queue"], buckets=_SECONDS)
COMMITS = Counter("scope_commits_total", "Conditional writes of sessions", ["result"])
PUBLISHED = Counter("scope_events_published_total", "Events taken over by the bus", ["type"])
SWEPT = Counter("scope_sweeps_total", "What the sweeper did", ["action"])
SESSIONS_ENDED = Counter("scope_sessions_ended_total", "Sessions that reached an end", ["status"])
REQUESTS = Counter("scope_http_requests_total", "HTTP requests", ["service", "method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "scope_http_request_seconds", "HTTP latency", ["service", "method", "route"], buckets=_SECONDS
)
UPLOAD_BYTES = Counter("scope_upload_bytes_total", "Bytes of recordings received")
RUNNING = Gauge("scope_jobs_running", "Jobs in work", ["queue"])
OUTBOXES = Gauge("scope_outboxes_waiting", "Sessions whose events the bus has not taken yet; 100 at the most")
