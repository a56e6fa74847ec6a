from shared.runtime.settings import RuntimeSettings

MAX_RECORDING_BYTES = 100 * 1024 * 1024  # the REST contract


class IngestSettings(RuntimeSettings):
    """Times are seconds."""

    ingest_host: str = "127.0.0.1"
    ingest_port: int = 8081
    upload_timeout: float = 900.0  # for a whole upload, however slow the line
    idempotency_ttl: float = 24 * 3600.0
