"""Storage of files that only the portal itself reads."""


def private_files(folder):
    """A ``STORAGES`` entry: no address, no rights for anybody else on the machine."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
