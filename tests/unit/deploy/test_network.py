"""Who may talk to whom in a cluster: NetworkPolicies against what we promise."""

import functools
import ipaddress
from collections.abc import Iterator
from typing import Any

from shared.runtime.outbound.addresses import why_not_public
from tests.unit.deploy.overlays import Object, Overlay, Pod, rendered, selects

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
    web = {"0.0.0.0/0", "2000::/3"}
    extra = {"gateway": {"ingest", "prompter"} | web, "aria": web, "vision": web}
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
    from shared.runtime.outbound.addresses import _RESERVED_GLOBAL, _V4, _V6

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
