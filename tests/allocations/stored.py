"""What lies in the storage of attachments."""

from allocations.models.attachments import attachment_storage


def stored_files():
    storage = attachment_storage()
    folders, _files = storage.listdir("")
    return sorted(f"{folder}/{name}" for folder in folders for name in storage.listdir(folder)[1])
