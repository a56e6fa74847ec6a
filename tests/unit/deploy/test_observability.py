"""Alerts and dashboard ask only for metrics that exist, with labels that they have."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from shared.adapters.rabbit_topology import Names
from shared.model.events import EVENTS, QUEUES
from shared.runtime import metrics

DEPLOY = Path(__file__).parents[3] / "deploy"
ANCHORS = {
    "queue-is-growing",
    "dead-letters",
    "no-consumer",
    "sessions-fail",
    "jobs-retry",
    "jobs-are-slow",
    "outbox-waits",
    "pods-restart",
}
# What others export: RabbitMQ's plugin on /metrics/detailed, and kube-state-metrics.
FOREIGN = {
    "rabbitmq_detailed_queue_messages_ready": {"queue", "vhost"},
    "rabbitmq_detailed_queue_consumers": {"queue", "vhost"},
    "kube_pod_container_status_restarts_total": {"namespace", "pod", "container"},
}
FAMILY = {
    "rabbitmq_detailed_queue_messages_ready": "queue_coarse_metrics",
    "rabbitmq_detailed_queue_consumers": "queue_consumer_count",
}
_SELECTOR = re.compile(r"\b((?:scope|rabbitmq|kube)_\w+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_GROUPING = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")


def exported() -> dict[str, set[str]]:
    """Name in Prometheus and labels of everything that our processes export."""
    found: dict[str, set[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            labels = set(metric._labelnames)
            if family.type == "histogram":
                found |= {f"{family.name}_{part}": labels for part in ("sum", "count")}
                found[f"{family.name}_bucket"] = labels | {"le"}
            else:
                found[f"{family.name}_total" if family.type == "counter" else family.name] = labels
    return found


KNOWN = exported() | FOREIGN


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]:
        yield from group["rules"]


def panels() -> Iterator[dict[str, Any]]:
    for panel in json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())["panels"]:
        if panel["type"] != "row":
            yield panel


ALERTS = {rule["alert"]: rule for rule in rules()}
EXPRESSIONS = {name: rule["expr"] for name, rule in ALERTS.items()} | {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in panels() for target in panel["targets"]
}


def selectors(expression: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Metric and matchers (label, operator, value) of every selector."""
    for metric, inside in _SELECTOR.findall(expression):
        yield metric, _MATCHER.findall(inside)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_metrics_and_labels_exist(name: str) -> None:
    expression = EXPRESSIONS[name]
    used = list(selectors(expression))
    assert used
    for metric, matchers in used:
        assert metric in KNOWN
        assert {label for label, _, _ in matchers} <= KNOWN[metric]
    # Every metric of an expression must have what it is grouped by: else the groups are empty, and nothing is said.
    grouped = {label.strip() for labels in _GROUPING.findall(expression) for label in labels.split(",")}
    for metric, _ in used:
        assert grouped <= KNOWN[metric]


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expressions_are_whole(name: str) -> None:
    expression = re.sub(r'"(?:[^"\\]|\\.)*"', '""', EXPRESSIONS[name])
    for opening, closing in ("()", "[]", "{}"):
        assert expression.count(opening) == expression.count(closing)


def test_a_quantile_is_of_buckets_by_their_limit() -> None:
    found = [expression for expression in EXPRESSIONS.values() if "histogram_quantile" in expression]
    assert found
    for expression in found:
        calls = re.findall(r"histogram_quantile\(0\.\d+, sum by \(le, [\w, ]+\) \(rate\((\w+)", expression)
        assert len(calls) == expression.count("histogram_quantile")
        assert all(metric.endswith("_bucket") for metric in calls)


def test_patterns_fit_the_queues() -> None:
    """Work queues are told from delays and dead letters by their names alone."""
    names = Names()
    every = {name for queue in QUEUES for name in names.all(queue)}
    work, dead = {names.work(queue) for queue in QUEUES}, {names.dead(queue) for queue in QUEUES}
    meant = {
        "ScopeQueueGrows": work,
        "ScopeNoConsumer": work,
        "ScopeDeadLetters": dead,
        "Waiting messages A": every,
    }
    for where, expected in meant.items():
        for metric, matchers in selectors(EXPRESSIONS[where]):
            ((label, operator, pattern),) = matchers
            assert (label, operator) == ("queue", "=~"), metric
            expression = re.compile(pattern.replace("\\\\", "\\"))
            assert {name for name in every if expression.fullmatch(name)} == expected


def test_values_of_labels_exist() -> None:
    """Values that code chooses, where an alert hangs on them."""
    values = {
        "status": {"complete", "error", "deleted"} | {str(code) for code in (201, 429)} | {"5.."},
        "outcome": {"done", "retry", "deadletter"},
        "service": {"gateway", "ingest", "prompter"},
        "route": {"/recordings"},
        "type": {event.TYPE for event in EVENTS},
        "queue": set(QUEUES),
    }
    for expression in EXPRESSIONS.values():
        for metric, matchers in selectors(expression):
            for label, operator, value in matchers if metric.startswith("scope_") else ():
                found = value.split("|") if "~" in operator else [value]
                assert set(found) <= values[label], (metric, label)


def test_every_queue_has_a_limit_for_slowness() -> None:
    patterns = [
        (operator, value) for _, each in selectors(EXPRESSIONS["ScopeJobsSlow"]) for _, operator, value in each
    ]
    for queue in QUEUES:
        holds = [
            (re.fullmatch(value, queue) is not None) == (operator in {"=", "=~"}) for operator, value in patterns
        ]
        assert sum(holds) == 1, queue


def test_alerts_say_what_to_do() -> None:
    assert len(ALERTS) == len(list(rules()))
    for name, rule in ALERTS.items():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, name
        assert re.fullmatch(r"\d+[mh]", rule["for"])
        assert rule["labels"]["severity"] in {"warning", "critical"}
        said = rule["annotations"]
        assert set(said) == {"summary", "description", "runbook_url"}
        assert all(said.values())
    urls = [rule["annotations"]["runbook_url"] for rule in ALERTS.values()]
    assert sorted(urls) == sorted(f"docs/runbook.md#{anchor}" for anchor in ANCHORS)
    headings = re.findall(r"^## (.+)$", (DEPLOY.parent / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert set(ANCHORS) <= {heading.lower().replace(" ", "-") for heading in headings}


def test_sentences_use_labels_that_the_expression_keeps() -> None:
    for name, rule in ALERTS.items():
        kept = {label.strip() for labels in _GROUPING.findall(rule["expr"]) for label in labels.split(",")}
        used = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
        assert used <= kept, name


def test_rabbitmq_is_asked_for_what_is_used() -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus" / "rabbitmq.yaml").read_text())
    assert job["metrics_path"] == "/metrics/detailed"
    used = {metric for expression in EXPRESSIONS.values() for metric, _ in selectors(expression)}
    assert {FAMILY[metric] for metric in used if metric.startswith("rabbitmq_")} == set(job["params"]["family"])


def test_the_dashboard_can_be_drawn() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        cells = {(x, y) for x in columns for y in range(place["y"], place["y"] + place["h"])}
        assert columns.stop <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    variables = {f"${each['name']}" for each in dashboard["templating"]["list"]} | {"$__rate_interval"}
    assert {name for text in EXPRESSIONS.values() for name in re.findall(r"\$\w+", text)} <= variables
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(target["legendFormat"] for target in panel["targets"])
