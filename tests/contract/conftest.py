"""The suites are no test modules by name, so their asserts are rewritten on request."""

import pytest

for suite in ("bus_suite", "store_suite", "blobs_suite", "handlers"):
    pytest.register_assert_rewrite(f"tests.contract.{suite}")
