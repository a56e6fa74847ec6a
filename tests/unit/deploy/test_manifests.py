"""What kubectl makes of deploy/k8s, held against the schemas of Kubernetes and against what we promise."""

import base64
import functools
import ipaddress
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml

from services.analysis.aria.addresses import why_not_public
from services.analysis.settings import AnalysisSettings
from services.gateway.settings import GatewaySettings
from services.ingest.settings import MAX_RECORDING_BYTES, IngestSettings
from services.prompter.settings import PrompterSettings
from services.shell.processes import KINDS
from shared.adapters.rabbit_topology import Names
from shared.model.events import QUEUES, RecordingSubmit
from shared.model.outcomes import RETRY_LADDER_S
from tests.require import missing

ROOT = Path(__file__).parents[3]
KUBERNETES = "1.34"
SETTINGS = (GatewaySettings, IngestSettings, AnalysisSettings, PrompterSettings)
SECRETS = {"SCOPE_BUS_URL", "SCOPE_STORE_URL", "SCOPE_BLOBS_URL", "SCOPE_INTERNAL_KEY"}
SERVERS = {"gateway": 8080, "ingest": 8081, "prompter": 8082}
WORKS_A_QUEUE = {"ingest", "prompter", "frames", "vision", "aria"}
CUSTOM = {"ScaledObject", "TriggerAuthentication", "ServiceMonitor"}
LAST_WORDS_S = 5  # after the drain: what outboxes still hold

Object = dict[str, Any]


class Pod(NamedTuple):
    kind: str
    name: str
    labels: dict[str, str]
    spec: Object

    @property
    def container(self) -> Object:
        (only,) = self.spec["containers"]
        return only

    @property
    def env(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in self.container.get("env", ()) if "value" in each}

    @property
    def secrets(self) -> dict[str, set[str]]:
        """Secrets that become variables, and which of their keys do; `*` is all."""
        found = {
            each["secretRef"]["name"]: {"*"} for each in self.container.get("envFrom", ()) if "secretRef" in each
        }
        for each in self.container.get("env", ()):
            if "valueFrom" in each:
                reference = each["valueFrom"]["secretKeyRef"]
                assert reference["key"] == each["name"]
                found.setdefault(reference["name"], set()).add(each["name"])
        return found


class Overlay(NamedTuple):
    name: str
    objects: list[Object]

    def of(self, kind: str) -> dict[str, Object]:
        return {each["metadata"]["name"]: each for each in self.objects if each["kind"] == kind}

    def pods(self, *kinds: str) -> dict[str, Pod]:
        return {
            name: Pod(kind, name, each["spec"]["template"]["metadata"]["labels"], each["spec"]["template"]["spec"])
            for kind in kinds or ("Deployment", "StatefulSet", "Job")
            for name, each in self.of(kind).items()
        }

    @property
    def deployments(self) -> dict[str, Pod]:
        return self.pods("Deployment")

    @property
    def config(self) -> dict[str, str]:
        (found,) = (each["data"] for name, each in self.of("ConfigMap").items() if name.startswith("scope-config"))
        return found

    def secret(self, name: str) -> dict[str, str]:
        (found,) = (each["data"] for full, each in self.of("Secret").items() if full.startswith(name))
        return {key: base64.b64decode(value).decode() for key, value in found.items()}

    def least(self, name: str) -> int:
        """How many pods of a Deployment there are at the least."""
        autoscalers = [*self.of("HorizontalPodAutoscaler").values(), *self.of("ScaledObject").values()]
        found = [each["spec"] for each in autoscalers if each["spec"]["scaleTargetRef"]["name"] == name]
        if found:
            return found[0].get("minReplicas", found[0].get("minReplicaCount"))
        return self.of("Deployment")[name]["spec"].get("replicas", 1)


@functools.cache
def rendered(name: str) -> Overlay:
    kubectl = shutil.which("kubectl") or missing("no kubectl: apt-get install kubernetes-client")
    folder = ROOT / "deploy" / "k8s" / "overlays" / name
    made = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return Overlay(name, [each for each in yaml.safe_load_all(made.stdout) if each])


@pytest.fixture(params=["dev", "prod"])
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return rendered(request.param)


@pytest.fixture
def prod() -> Overlay:
    return rendered("prod")


@pytest.fixture
def dev() -> Overlay:
    return rendered("dev")


def selects(selector: Object, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    listed = selector.get("matchExpressions", ())
    assert all(each["operator"] == "In" for each in listed)
    return wanted and all(labels.get(each["key"]) in each["values"] for each in listed)


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
        assert keys == ({"*"} if name in SERVERS else SECRETS - {"SCOPE_INTERNAL_KEY"}), name


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


# --- the network ---


def rules(overlay: Overlay, pod: Pod, way: str) -> Iterator[tuple[Object, set[int]]]:
    """Peer and ports of everything that is allowed to a pod; `way` is ingress or egress."""
    for policy in overlay.of("NetworkPolicy").values():
        spec = policy["spec"]
        assert way not in spec or way.title() in spec["policyTypes"]
        if selects(spec["podSelector"], pod.labels):
            for rule in spec.get(way, ()):
                peers = rule["from" if way == "ingress" else "to"]
                assert peers, "an empty list is everybody"
                for peer in peers:
                    yield peer, {port["port"] for port in rule["ports"]}


def peer_name(overlay: Overlay, peer: Object) -> str:
    if "ipBlock" in peer:
        return peer["ipBlock"]["cidr"]
    if "namespaceSelector" in peer:
        return "namespace " + peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    return " ".join(sorted(pod.name for pod in overlay.pods().values() if selects(peer["podSelector"], pod.labels)))


def test_who_may_call_whom(overlay: Overlay) -> None:
    deny = overlay.of("NetworkPolicy")["default-deny"]["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    extra = {
        "gateway": {("namespace ingress-nginx", 8080)},
        "ingest": {("gateway", 8081)},
        "prompter": {("gateway", 8082)},
    }
    for name, pod in overlay.deployments.items():
        callers = {
            (peer_name(overlay, peer), port) for peer, ports in rules(overlay, pod, "ingress") for port in ports
        }
        assert callers == {("namespace monitoring", 9090)} | extra.get(name, set())
    (job,) = overlay.pods("Job").values()
    assert not list(rules(overlay, job, "ingress"))


def test_where_they_may_go(overlay: Overlay) -> None:
    servers = (
        {"namespace rabbitmq", "namespace mongodb", "namespace object-store"}
        if overlay.name == "prod"
        else {"rabbitmq", "mongodb", "seaweedfs"}
    )
    extra = {"gateway": {"ingest", "prompter"}, "aria": {"0.0.0.0/0", "2000::/3"}}
    for name, pod in overlay.pods("Deployment", "Job").items():
        places = {peer_name(overlay, peer) for peer, _ in rules(overlay, pod, "egress")}
        assert places == {"namespace kube-system"} | servers | extra.get(name, set())
    for pod in overlay.pods("StatefulSet").values():
        assert {peer_name(overlay, peer) for peer, _ in rules(overlay, pod, "egress")} == {"namespace kube-system"}


@functools.cache
def web_of_aria() -> tuple[list[Object], set[int]]:
    overlay = rendered("prod")
    found = [
        (peer["ipBlock"], ports)
        for peer, ports in rules(overlay, overlay.deployments["aria"], "egress")
        if "ipBlock" in peer
    ]
    return [block for block, _ in found], set().union(*(ports for _, ports in found))


def opened(address: str) -> bool:
    """Whether the policy lets the aria pods reach it."""
    place = ipaddress.ip_address(address)
    return any(
        place in ipaddress.ip_network(block["cidr"])
        and not any(place in ipaddress.ip_network(hole) for hole in block["except"])
        for block in web_of_aria()[0]
    )


def test_the_browser_reaches_the_web_and_nothing_else() -> None:
    assert web_of_aria()[1] == {80, 443}
    assert all(map(opened, ("1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "2606:4700::1111", "2a00::1")))
    private = "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 127.0.0.1 0.0.0.0 ::1 fc00::1"
    link_local = "169.254.169.254 fe80::1 fd00:ec2::254 168.63.129.16 100.64.0.1 100.127.255.255"
    other = "224.0.0.1 255.255.255.255 64:ff9b::a00:1 2002:a00:1::"
    assert not [address for address in f"{private} {link_local} {other}".split() if opened(address)]


def test_the_network_agrees_with_the_proxy() -> None:
    """At the edges of all blocks that one of them knows: what the network opens is public to the proxy."""
    from services.analysis.aria.addresses import _RESERVED_GLOBAL, _V4, _V6

    blocks = [hole for block in web_of_aria()[0] for hole in block["except"]]
    blocks += [str(network) for network, _ in (*_V4, *_V6)] + [str(network) for network in _RESERVED_GLOBAL]
    for block in map(ipaddress.ip_network, blocks):
        for address in (block[0], block[-1], *edges(block)):
            if opened(str(address)):
                assert why_not_public(address) is None, address
            elif address.version == 4:
                assert why_not_public(address), address


def edges(block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Iterator[Any]:
    """The addresses just before and behind it, where there are some."""
    for number in (int(block[0]) - 1, int(block[-1]) + 1):
        if 0 <= number < 2**block.max_prefixlen:
            yield type(block[0])(number)


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
