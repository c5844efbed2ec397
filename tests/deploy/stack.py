"""Starts deploy/compose.yaml by Compose on podman; run in separate namespaces as root.

Arguments: the program of Compose, then root and driver of a storage with the images that the file
names. Prints JSON: the key, the replies and the states of the containers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

DEPLOY = Path(__file__).parents[2] / "deploy"
SAMPLE = DEPLOY.parent / "src" / "diabelli" / "sample.png"
URL = "http://127.0.0.1:8000"
HEALTH_S = 2
"""Seconds between the health checks, which podman leaves to systemd."""
START_S = 120
# A container may not raise the limits of this process. Without systemd nothing delegates cgroups.
CONTAINERS = """
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=2000:2000", "nproc=2000:2000"]
[network]
network_config_dir = "/run/networks"
"""
SOCKET = Path("/run/podman.sock")


def isolate() -> None:
    """Empty /run, start the loopback interface, and mount cgroup v2 alone: crun refuses a mix."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unified = Path("/sys/fs/cgroup/unified")
    if unified.is_dir():
        place = Path("/run/cgroup")
        place.mkdir()
        subprocess.run(["mount", "--bind", unified, place], check=True)
        subprocess.run(["umount", "--recursive", "--lazy", "/sys/fs/cgroup"], check=True)
        subprocess.run(["mount", "--bind", place, "/sys/fs/cgroup"], check=True)


def compose(program: str, *words: str) -> str:
    """Run Compose with deploy/compose.yaml; return its output."""
    command = [program, "--file", str(DEPLOY / "compose.yaml"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        sys.exit(f"{words}: {done.stderr}")
    return done.stdout


def check_health(podman: list[str]) -> None:
    """Run the health check of each container again and again."""
    while True:
        listed = subprocess.run([*podman, "ps", "-q"], capture_output=True, text=True, check=False)
        for name in listed.stdout.split():
            words = [*podman, "healthcheck", "run", name]
            subprocess.run(words, capture_output=True, check=False)
        time.sleep(HEALTH_S)


def wait_until_ready() -> None:
    """Block until the server answers."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            if httpx.get(f"{URL}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(1)
    sys.exit("the server does not start")


def vary(key: str) -> dict[str, object]:
    """Request a variation and download it; return status, type and size of the picture."""
    reply = httpx.post(
        f"{URL}/v1/images/variations",
        headers={"authorization": f"Bearer {key}"},
        files={"image": SAMPLE.read_bytes()},
        data={"size": "256x256"},
        timeout=300,
    )
    if reply.status_code != 200:
        return {"status": reply.status_code, "body": reply.text}
    picture = httpx.get(reply.json()["data"][0]["url"])
    return {"status": 200, "type": picture.headers["content-type"], "bytes": len(picture.content)}


def main() -> None:
    """Make a key, start, request, stop, start again, request again with the same key."""
    program, root, driver = sys.argv[1:]
    isolate()
    file = Path("/run/containers.conf")
    file.write_text(CONTAINERS)
    os.environ["CONTAINERS_CONF"] = str(file)
    os.environ["DOCKER_HOST"] = f"unix://{SOCKET}"
    os.environ["POSTGRES_PASSWORD"] = "secret-of-a-test"
    podman = ["podman", "--root", root, "--runroot", "/run/storage", "--storage-driver", driver]
    service = [*podman, "system", "service", "--time", "0", os.environ["DOCKER_HOST"]]
    with subprocess.Popen(service, stdout=sys.stderr) as served:
        while not SOCKET.exists():
            if served.poll() is not None:
                sys.exit("podman does not serve")
            time.sleep(0.1)
        threading.Thread(target=check_health, args=[podman], daemon=True).start()
        words = ("run", "--rm", "--no-TTY", "diabelli", "keys", "create", "--name", "first")
        key = compose(program, *words).strip()
        replies = []
        for last in (False, True):
            compose(program, "up", "--detach")
            wait_until_ready()
            replies += [httpx.post(f"{URL}/v1/images/variations").status_code, vary(key)]
            shown = compose(program, "ps", "--format", "json").splitlines()
            compose(program, "down", *(["--volumes"] if last else []))
        served.terminate()
    found = {one["Service"]: one["State"] for one in map(json.loads, shown)}
    print(json.dumps({"key": key, "replies": replies, "states": found}))


if __name__ == "__main__":
    main()
