"""deploy/k8s held against the schemas of Kubernetes and against what we promise."""

import json
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import kubernetes_validate
import yaml

from services.analysis.settings import AnalysisSettings
from services.gateway.settings import GatewaySettings
from services.ingest.settings import MAX_RECORDING_BYTES
from services.shell.processes import KINDS
from shared.adapters.rabbit_topology import Names
from shared.model.events import QUEUES
from shared.model.outcomes import RETRY_LADDER_S
from tests.unit.deploy.overlays import (
    CUSTOM,
    KUBERNETES,
    LAST_WORDS_S,
    ROOT,
    SECRETS,
    SERVERS,
    SETTINGS,
    WORKS_A_QUEUE,
    Overlay,
    rendered,
    selects,
)

# --- Kubernetes takes it ---


def test_schemas(overlay: Overlay) -> None:
    for each in overlay.objects:
        if each["kind"] not in CUSTOM:
            kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_everything_is_in_the_overlays_namespace(overlay: Overlay) -> None:
    (namespace,) = overlay.of("Namespace")
    assert {each["metadata"].get("namespace") for each in overlay.objects if each["kind"] != "Namespace"} == {
        namespace
    }


def test_names_that_are_referred_to_exist(overlay: Overlay) -> None:
    known = {*overlay.of("ConfigMap"), *overlay.of("Secret")} | (
        {"scope-secrets"} if overlay.name == "prod" else set()
    )
    for pod in overlay.pods().values():
        sources = [value["name"] for each in pod.container.get("envFrom", ()) for value in each.values()]
        volumes = pod.spec["volumes"]
        sources += [each["configMap"]["name"] for each in volumes if "configMap" in each]
        sources += [each["secret"]["secretName"] for each in volumes if "secret" in each]
        sources += pod.secrets
        assert set(sources) <= known, pod.name


def test_services_lead_to_ports_that_pods_have(overlay: Overlay) -> None:
    for name, service in overlay.of("Service").items():
        pods = [pod for pod in overlay.pods().values() if service["spec"]["selector"].items() <= pod.labels.items()]
        assert {pod.name for pod in pods} == (set(KINDS) if name == "admin" else {name})
        for pod in pods:
            ports = {port["name"]: port["containerPort"] for port in pod.container["ports"]}
            assert all(ports[port["targetPort"]] == port["port"] for port in service["spec"]["ports"])


def test_keda_has_what_it_needs(prod: Overlay) -> None:
    (authentication,) = prod.of("TriggerAuthentication").values()
    assert authentication["apiVersion"] == "keda.sh/v1alpha1"
    assert authentication["spec"]["secretTargetRef"] == [
        {"parameter": "host", "name": "scope-secrets", "key": "SCOPE_BUS_URL"}
    ]
    longest = max(AnalysisSettings().frames_timeout, AnalysisSettings().vision_timeout) + RETRY_LADDER_S[-1]
    for name, scaled in prod.of("ScaledObject").items():
        spec = scaled["spec"]
        assert scaled["apiVersion"] == "keda.sh/v1alpha1"
        assert spec["scaleTargetRef"] == {"name": name}
        assert spec["cooldownPeriod"] > longest  # what is in work is not counted
        assert 0 <= spec["minReplicaCount"] < spec["maxReplicaCount"]
        (trigger,) = spec["triggers"]
        assert trigger["type"] == "rabbitmq"
        assert trigger["authenticationRef"] == {"name": authentication["metadata"]["name"]}
        assert trigger["metadata"].items() >= {"protocol": "amqp", "mode": "QueueLength"}.items()
        assert isinstance(trigger["metadata"]["value"], str)
        assert float(trigger["metadata"]["value"]) > 0


def test_every_worker_is_scaled_by_its_own_queue(prod: Overlay) -> None:
    scaled = {name: each["spec"] for name, each in prod.of("ScaledObject").items()}
    queues = {name: spec["triggers"][0]["metadata"]["queueName"] for name, spec in scaled.items()}
    assert queues == {name: Names().work(name) for name in QUEUES if name in prod.deployments}
    assert {name for name, spec in scaled.items() if spec["minReplicaCount"] == 0} == {"frames", "vision", "aria"}
    assert not rendered("dev").of("ScaledObject")


def test_service_monitor(prod: Overlay) -> None:
    (monitor,) = prod.of("ServiceMonitor").values()
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    (name,) = (
        n for n, s in prod.of("Service").items() if selects(monitor["spec"]["selector"], s["metadata"]["labels"])
    )
    assert name == "admin"
    (endpoint,) = monitor["spec"]["endpoints"]
    assert (endpoint["port"], endpoint["path"]) == ("admin", "/metrics")
    assert endpoint["honorLabels"] is True  # our metrics have a label `service`


# --- pods are confined ---


def test_containers_can_do_nothing_but_their_work(overlay: Overlay) -> None:
    for pod in overlay.pods().values():
        assert pod.spec["automountServiceAccountToken"] is False, pod.name
        assert pod.spec["securityContext"]["runAsNonRoot"] is True, pod.name
        assert pod.spec["securityContext"]["runAsUser"] > 0, pod.name
        assert pod.container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, pod.name
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & pod.spec.keys()
        assert all(each.keys() & {"emptyDir", "configMap", "secret"} for each in pod.spec["volumes"]), pod.name
        assert all("sizeLimit" in each["emptyDir"] for each in pod.spec["volumes"] if "emptyDir" in each), pod.name


def test_our_images_run_as_their_own_user(overlay: Overlay) -> None:
    pods = overlay.pods("Deployment", "Job").values()
    assert {pod.spec["securityContext"]["runAsUser"] for pod in pods} == {10001}


def test_the_namespace_refuses_anything_looser(overlay: Overlay) -> None:
    (namespace,) = overlay.of("Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_seccomp(overlay: Overlay) -> None:
    profiles = {pod.name: pod.spec["securityContext"]["seccompProfile"] for pod in overlay.pods().values()}
    if overlay.name == "prod":  # the browser's sandbox is made of system calls that the default refuses
        local = profiles.pop("aria")
        assert local["type"] == "Localhost"
        text = (ROOT / "deploy" / "k8s" / "seccomp" / Path(local["localhostProfile"]).name).read_text()
        refused = {name for rule in json.loads(text)["syscalls"] for name in rule["names"]}
        assert not refused & {"clone", "unshare", "chroot"}
        assert refused >= {"mount", "setns", "bpf", "kexec_load", "keyctl", "userfaultfd", "io_uring_setup"}
    assert all(profile == {"type": "RuntimeDefault"} for profile in profiles.values())


def test_probes(overlay: Overlay) -> None:
    for pod in overlay.deployments.values():
        container = pod.container
        paths = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
        assert paths == {
            "startup": {"path": "/livez", "port": "admin"},
            "liveness": {"path": "/livez", "port": "admin"},
            "readiness": {"path": "/readyz", "port": "admin"},
        }
        assert container["readinessProbe"]["timeoutSeconds"] > 3  # what a check behind it may take
    for pod in overlay.pods("StatefulSet").values():
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= pod.container.keys()


def test_requests_and_limits(overlay: Overlay) -> None:
    for pod in overlay.pods().values():
        resources = pod.container["resources"]
        for what in ("cpu", "memory"):
            assert 0 < quantity(resources["requests"][what]) <= quantity(resources["limits"][what]), pod.name


def quantity(text: str) -> float:
    number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"": 1, "m": 0.001, "Mi": 1024**2, "Gi": 1024**3}[unit]


# --- they run what is meant ---


def test_processes(overlay: Overlay) -> None:
    for name, pod in overlay.deployments.items():
        image = "analysis" if KINDS[name].settings_class() is AnalysisSettings else name
        assert pod.container["args"] == ["run", name]
        assert pod.container["image"].rpartition(":")[0] == f"claude-scope-{image}"
        ports = {port["name"]: port["containerPort"] for port in pod.container["ports"]}
        assert ports == {"admin": 9090} | ({"http": SERVERS[name]} if name in SERVERS else {})
    assert set(overlay.deployments) == set(KINDS)
    assert overlay.config["SCOPE_ADMIN_PORT"] == "9090"
    assert overlay.config["SCOPE_INGEST_URL"] == "http://ingest:8081"
    assert overlay.config["SCOPE_PROMPTER_URL"] == "http://prompter:8082"


def test_images_have_a_tag_that_stays(overlay: Overlay) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    for pod in overlay.pods().values():
        _, colon, tag = pod.container["image"].rpartition(":")
        assert colon, pod.name
        assert tag != "latest", pod.name
        if overlay.name == "prod":
            assert tag == version, pod.name


def test_topology_can_be_applied_again(prod: Overlay) -> None:
    """A Job's template cannot be changed: what changes it must change its name."""
    ((name, job),) = prod.of("Job").items()
    (pod,) = prod.pods("Job").values()
    assert name == "topology-" + pod.container["image"].rpartition(":")[2].replace(".", "-")
    assert job["spec"]["ttlSecondsAfterFinished"] <= 600
    assert pod.container["args"] == ["topology"]
    assert pod.container["envFrom"] == [{"secretRef": {"name": "scope-secrets"}}]


def test_draining_has_its_time(overlay: Overlay) -> None:
    for name, pod in overlay.deployments.items():
        phases = (name in SERVERS) + (name in WORKS_A_QUEUE)  # one after the other
        before = pod.container["lifecycle"]["preStop"]["sleep"]["seconds"] if name in SERVERS else 0
        needed = before + phases * float(pod.env["SCOPE_DRAIN_GRACE"]) + LAST_WORDS_S
        assert pod.spec["terminationGracePeriodSeconds"] > needed, name
    gateway = overlay.deployments["gateway"].env["SCOPE_DRAIN_GRACE"]
    assert float(gateway) > GatewaySettings().sync_wait  # whoever waits for a prompt gets it


def test_variables_are_settings(overlay: Overlay) -> None:
    known = {f"SCOPE_{field.upper()}" for settings in SETTINGS for field in settings.model_fields}
    used = set(overlay.config) | {name for pod in overlay.deployments.values() for name in pod.env}
    used |= {name for pod in overlay.pods("Job").values() for name in pod.env}
    used |= set(rendered("dev").secret("scope-secrets"))
    assert {name for name in used if name.startswith("SCOPE_")} <= known
    assert used >= SECRETS


def test_services_do_not_become_variables_of_ours(overlay: Overlay) -> None:
    assert not [name for name in overlay.of("Service") if name.startswith("scope-")]
    assert all(pod.spec["enableServiceLinks"] is False for pod in overlay.pods().values())


def test_secrets_are_in_secrets_only(overlay: Overlay) -> None:
    open_text = json.dumps([each for each in overlay.objects if each["kind"] != "Secret"])
    values = [
        value for name in ("scope-secrets", "rabbitmq-user") for value in rendered("dev").secret(name).values()
    ]
    assert not [value for value in values if len(value) > 5 and value in open_text]
    assert not SECRETS & set(overlay.config)
    assert not [pod.name for pod in overlay.pods().values() if SECRETS & pod.env.keys()]


def test_workers_do_not_hold_the_key_that_signs(overlay: Overlay) -> None:
    for name, pod in overlay.deployments.items():
        ((secret, keys),) = pod.secrets.items()
        assert secret.startswith("scope-secrets")
        own = SECRETS - {"SCOPE_INTERNAL_KEY"} - (set() if name in {"vision", "aria"} else {"SCOPE_VAULT_KEYS"})
        assert keys == ({"*"} if name in SERVERS else own), name


def test_prod_brings_no_secret(prod: Overlay) -> None:
    assert not prod.of("Secret")
    example = yaml.safe_load((ROOT / "deploy" / "k8s" / "base" / "secrets.example.yaml").read_text())
    assert set(example["stringData"]) == SECRETS == set(rendered("dev").secret("scope-secrets"))


def test_dev_servers_know_our_passwords(dev: Overlay) -> None:
    urls = {name: urlsplit(url) for name, url in dev.secret("scope-secrets").items() if name.endswith("_URL")}
    bus, store, blobs = urls["SCOPE_BUS_URL"], urls["SCOPE_STORE_URL"], urls["SCOPE_BLOBS_URL"]
    broker, store_user = dev.secret("rabbitmq-user"), dev.secret("mongodb-user")
    assert broker == {"RABBITMQ_DEFAULT_USER": bus.username, "RABBITMQ_DEFAULT_PASS": bus.password}
    assert store_user == {
        f"MONGO_INITDB_ROOT_{part.upper()}": getattr(store, part) for part in ("username", "password")
    }
    (identity,) = json.loads(dev.secret("seaweedfs-users")["s3.json"])["identities"]
    assert identity["credentials"] == [{"accessKey": blobs.username, "secretKey": blobs.password}]
    for url in urls.values():
        assert url.port in {port["port"] for port in dev.of("Service")[str(url.hostname)]["spec"]["ports"]}


# --- it survives a drained node, and scales ---


def test_disruption_budgets(prod: Overlay) -> None:
    for name, pod in prod.deployments.items():
        budgets = [
            b["spec"] for b in prod.of("PodDisruptionBudget").values() if selects(b["spec"]["selector"], pod.labels)
        ]
        if prod.least(name) >= 2:
            assert [budget.get("minAvailable") for budget in budgets] == [1], name
        else:  # `minAvailable` would hold up the drain of a node with a single busy worker
            assert [budget.get("maxUnavailable", 0) for budget in budgets] == [1], name


def test_public_services_are_never_alone(prod: Overlay) -> None:
    assert {name for name in prod.deployments if prod.least(name) >= 2} == set(SERVERS)


def test_autoscalers_decide_alone(prod: Overlay) -> None:
    assert not [name for name, each in prod.of("Deployment").items() if "replicas" in each["spec"]]


def test_pods_are_spread(prod: Overlay) -> None:
    for name, pod in prod.deployments.items():
        constraints = pod.spec["topologySpreadConstraints"]
        assert {each["topologyKey"] for each in constraints} == {
            "topology.kubernetes.io/zone",
            "kubernetes.io/hostname",
        }
        assert all(selects(each["labelSelector"], pod.labels) for each in constraints)
        assert all(each["labelSelector"]["matchLabels"]["app.kubernetes.io/name"] == name for each in constraints)


def test_ingress_lets_uploads_through(prod: Overlay) -> None:
    (ingress,) = prod.of("Ingress").values()
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "gateway", "port": {"name": "http"}}
    prefix = "nginx.ingress.kubernetes.io/proxy-"
    said = {key.removeprefix(prefix): value for key, value in ingress["metadata"]["annotations"].items()}
    assert int(said["body-size"].removesuffix("m")) * 1024**2 > MAX_RECORDING_BYTES
    assert said["request-buffering"] == "off"
    assert all(int(said[f"{way}-timeout"]) >= GatewaySettings().sync_wait + 10 for way in ("read", "send"))
    assert prod.config["SCOPE_FORWARDED_FOR_HOPS"] == "1"
