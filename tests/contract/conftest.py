"""The suites are no test modules by name, so their asserts are rewritten on request."""

import pytest

_SUITES = (
    "bus_suite", "bus_letters_suite", "bus_stop_suite", "store_suite", "store_list_suite", "store_keys_suite",
    "blobs_suite",
)  # fmt: skip

for module in (*_SUITES, "handlers"):
    pytest.register_assert_rewrite(f"tests.contract.{module}")
