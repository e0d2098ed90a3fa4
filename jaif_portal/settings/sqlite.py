"""SQLite as a database that several processes write to."""


def sqlite(path):
    """The ``DATABASES`` entry: write-ahead log, and write locks taken at the start."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
