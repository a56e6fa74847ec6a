"""What the users of deploy/rabbitmq may do."""

import base64
import json
import re

import pytest

from shared.adapters.rabbit_topology import Names
from shared.model.events import QUEUES, RecordingSubmit
from tests.unit.deploy.overlays import ROOT, Object

# --- the broker's users ---


@pytest.fixture(scope="module")
def definitions() -> Object:
    return json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json").read_text())


def may(definitions: Object, user: str, what: str, name: str) -> bool:
    """As RabbitMQ judges: the expression is looked for anywhere in the name."""
    (found,) = (each for each in definitions["permissions"] if each["user"] == user)
    assert found["vhost"] == "/"
    return re.search(found[what], name) is not None


def may_route(definitions: Object, user: str, what: str, key: str) -> bool:
    """Topic permissions; who has none may use every key."""
    found = [each for each in definitions["topic_permissions"] if each["user"] == user]
    assert all(each["exchange"] == Names().exchange for each in found)
    return all(re.search(each[what], key) for each in found)


def test_what_users_of_the_broker_may_do(definitions: Object) -> None:
    exchange, ours = Names().exchange, [name for queue in QUEUES for name in Names().all(queue)]
    for what in ("configure", "write", "read"):
        assert all(may(definitions, "scope", what, name) for name in (*ours, exchange, "amq.default", "amq.gen-x"))
        foreign = [*ours, "amq.default", "amq.topic", "ext", "text.x", f"{exchange}.x", f"x{exchange}"]
        for user in ("scope-subscriber", "scope-submitter"):
            assert not [name for name in foreign if may(definitions, user, what, name)]
    assert all(may(definitions, "scope-subscriber", what, "ext.my-app") for what in ("configure", "write", "read"))
    assert [
        what for what in ("configure", "write", "read") if may(definitions, "scope-subscriber", what, exchange)
    ] == ["read"]
    assert [
        what for what in ("configure", "write", "read") if may(definitions, "scope-submitter", what, exchange)
    ] == ["write"]


def test_submissions_are_all_that_others_may_publish(definitions: Object) -> None:
    keys = {event.TYPE for events in QUEUES.values() for event in events} | {f"{RecordingSubmit.TYPE}.x"}
    for user, allowed in (("scope-subscriber", set()), ("scope-submitter", {RecordingSubmit.TYPE})):
        assert {key for key in keys if may_route(definitions, user, "write", key)} == allowed
    assert all(may_route(definitions, "scope-subscriber", "read", key) for key in ("#", "scope.session.*.v1"))
    assert all(may_route(definitions, "scope", "write", key) for key in keys)


def test_hashes_have_the_form_of_the_broker(definitions: Object) -> None:
    users = definitions["users"]
    assert {user["name"] for user in users} == {"scope", "scope-subscriber", "scope-submitter"}
    for user in users:
        assert user["hashing_algorithm"] == "rabbit_password_hashing_sha256"
        assert len(base64.b64decode(user["password_hash"], validate=True)) == 4 + 32  # salt, SHA-256
        assert user["tags"] == []
