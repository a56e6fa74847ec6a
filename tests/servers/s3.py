"""A real S3 server: one node of Ceph (monitor, one object store, RADOS gateway), loopback only.

https://docs.ceph.com/en/latest/install/manual-deployment/ is the long way; authentication inside the node is off,
and the monitor's waits are cut, because nobody else is there to agree with. The object store does not tell the
monitor where it stands: on a busy machine it asks before it has learnt the monitor's id, and gives up.
"""

import shutil
import subprocess
import uuid
from pathlib import Path

from tests.servers.run import NotHere, Started, end_process, free_port, tail, wait_for_port

INSTALL = "apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common"
ACCESS, SECRET = "scope-test", "scope-test-secret"
_NEEDED = ("radosgw", "ceph-mon", "ceph-osd", "ceph", "radosgw-admin", "monmaptool", "ceph-authtool")
_CAPS = ("mon", "allow *", "osd", "allow *", "mds", "allow *", "mgr", "allow *")

_CONFIGURATION = """[global]
fsid = {fsid}
mon host = v1:127.0.0.1:{mon}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon osd min in ratio = 0
paxos propose interval = 0.05
paxos min wait = 0.01
log file = {folder}/log/$name.log
admin socket = {folder}/run/$name.asok
run dir = {folder}/run
pid file = {folder}/run/$name.pid
keyring = {folder}/keyring
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
osd objectstore = bluestore
bluestore block size = 10737418240
osd memory target = 1073741824
osd class update on start = false
osd crush update on start = false
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:{s3}
rgw enable usage log = false
rgw lc debug interval = 10
"""


def available() -> None:
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        raise NotHere(f"no S3 server on this machine, {', '.join(missing)} missing: {INSTALL}, or `make services`")


def start(folder: Path) -> Started:
    """About 6 s."""
    available()
    ports = free_port(), free_port()
    log = folder / "start.log"
    try:
        _start(folder, log, *ports)
    except (OSError, subprocess.SubprocessError, NotHere) as error:
        for pid in _pids(folder):
            end_process(pid, patience=1.0)
        raise NotHere(f"Ceph does not start: {error}; {tail(log)}") from error
    return Started(f"s3+http://{ACCESS}:{SECRET}@127.0.0.1:{ports[0]}/", "Ceph RADOS gateway", _pids(folder))


def _pids(folder: Path) -> list[int]:
    """The gateway first, then those that it writes to."""
    return [int(path.read_text()) for path in sorted((folder / "run").glob("*.pid"), reverse=True)]


def _start(folder: Path, log: Path, s3: int, mon: int) -> None:
    for name in ("mon", "osd", "log", "run"):
        (folder / name).mkdir()
    configuration = folder / "ceph.conf"
    fsid = str(uuid.uuid4())
    configuration.write_text(_CONFIGURATION.format(fsid=fsid, mon=mon, s3=s3, folder=folder))

    def run(*command: str, check: bool = True) -> None:
        with log.open("ab") as out:
            subprocess.run(
                command,
                stdout=out,
                stderr=out,
                check=check,
                timeout=60,
                cwd=folder,
            )

    keyring = str(folder / "keyring")
    caps = [word for kind, rights in zip(_CAPS[::2], _CAPS[1::2], strict=True) for word in ("--cap", kind, rights)]
    run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
    run("ceph-authtool", keyring, "--gen-key", "-n", "client.admin", *caps)
    monmap = str(folder / "monmap")
    run("monmaptool", "--create", "--addv", "a", f"[v1:127.0.0.1:{mon}]", "--fsid", fsid, monmap)
    ceph = ("-c", str(configuration))
    run("ceph-mon", *ceph, "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", keyring)
    run("ceph-mon", *ceph, "-i", "a")
    run("ceph", *ceph, "osd", "create")
    run("ceph-osd", *ceph, "-i", "0", "--mkfs", "--mkkey", check=False)
    run("ceph", *ceph, "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h", check=False)
    run("ceph-osd", *ceph, "-i", "0")
    run("radosgw", *ceph, "-n", "client.rgw.a")
    wait_for_port(s3, log)
    user = ("--uid=test", "--display-name=test", f"--access-key={ACCESS}", f"--secret={SECRET}")
    run("radosgw-admin", *ceph, "user", "create", *user)
