"""What kubectl makes of deploy/k8s."""

import base64
import functools
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from services.analysis.settings import AnalysisSettings
from services.gateway.settings import GatewaySettings
from services.ingest.settings import IngestSettings
from services.prompter.settings import PrompterSettings
from tests.require import missing

ROOT = Path(__file__).parents[3]
KUBERNETES = "1.34"
SETTINGS = (GatewaySettings, IngestSettings, AnalysisSettings, PrompterSettings)
SECRETS = {"SCOPE_BUS_URL", "SCOPE_STORE_URL", "SCOPE_BLOBS_URL", "SCOPE_INTERNAL_KEY", "SCOPE_VAULT_KEYS"}
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


def selects(selector: Object, labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    listed = selector.get("matchExpressions", ())
    assert all(each["operator"] == "In" for each in listed)
    return wanted and all(labels.get(each["key"]) in each["values"] for each in listed)
