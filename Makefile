# Everything a person or CI runs. `make demo` and `make test` work alone in a fresh clone.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip --quiet --quiet --no-input
# Extras stay in: without them older versions of pip look past a pin as soon as there is a newer release.
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --python-version 3.11 \
	--custom-compile-command "make lock"
GERMAN := locale/de/LC_MESSAGES/django.po
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
TEMPLATES = $(shell find templates -name '*.html')
PRODUCTION := DJANGO_SETTINGS_MODULE=jaif_portal.settings.production \
	SECRET_KEY=only-for-the-check-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH \
	ALLOWED_HOSTS=portal.example PORTAL_URL=https://portal.example EMAIL_URL=smtp://localhost:25 \
	DATABASE_URL=postgres://localhost/portal REDIS_URL=redis://localhost:6379/0 \
	ATTACHMENTS_DIR=/srv/portal/attachments
# With this the demo ends when make does, even by kill -9 (util-linux; left out where it is missing).
DIE_WITH_MAKE := $(if $(shell command -v setpriv),setpriv --pdeathsig TERM)

.PHONY: help setup setup-dev demo test check format lock schema messages screenshots clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

help:
	@echo "make demo         start the portal with demo data (PORT=8000 HOST=127.0.0.1)"
	@echo "make test         run the tests (ARGS='-k ledger'; DATABASE_URL and REDIS_URL for services)"
	@echo "make check        lint, types, import contracts, migrations, API schema, deployment"
	@echo "make format       format code and templates"
	@echo "make schema       write docs/reference/openapi.yaml"
	@echo "make messages     collect the texts to translate into locale/ (needs gettext)"
	@echo "make screenshots  photograph the pages into var/screenshots (needs Chromium)"
	@echo "make lock         pin the libraries of pyproject.toml again"
	@echo "make clean        remove everything built; the demo's data in var/ stay"

setup: $(VENV)/.runtime $(MESSAGES)

setup-dev: $(VENV)/.development $(MESSAGES)

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer (on Debian: apt install python3 python3-venv)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The portal needs Python 3.11 or newer, but $(PYTHON) is older: install a newer one and name it, for example: make demo PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install it (on Debian: apt install python3-venv) and run make again." >&2; exit 1; }
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(PY)
	@echo "Installing the libraries of requirements.txt ..."
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

# The development lock holds the runtime's libraries at the same versions.
$(VENV)/.development: requirements-dev.txt requirements.txt | $(PY)
	@echo "Installing the libraries of requirements-dev.txt ..."
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $(VENV)/.runtime $@

# Babel compiles, so that running the portal needs no gettext.
%.mo: %.po | $(VENV)/.runtime
	@$(PY) -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

demo: setup
	@$(DIE_WITH_MAKE) $(MANAGE) demo

# A run that was killed leaves its test databases behind: the next one removes what is old.
test: setup-dev
	@mkdir -p var/test && find var/test -type f -mmin +300 -delete
	$(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: setup-dev
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-logo
	@echo djade --check; $(VENV)/bin/djade --target-version 5.2 --check $(TEMPLATES)
	$(VENV)/bin/deptry .
	$(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(MANAGE) spectacular --validate --fail-on-warn --file var/openapi.yaml
	@diff docs/reference/openapi.yaml var/openapi.yaml || { echo "The description of the API is old: run make schema." >&2; exit 1; }
	@echo "Everything is in order."

format: setup-dev
	$(VENV)/bin/ruff check --fix --exit-zero
	$(VENV)/bin/ruff format
	$(VENV)/bin/djade --target-version 5.2 $(TEMPLATES) || true

lock: setup-dev
	$(LOCK) pyproject.toml --extra kernel --extra reviewing --output-file requirements.txt
	$(LOCK) pyproject.toml --extra kernel --extra reviewing --extra plot --extra dev --constraint requirements.txt --output-file requirements-dev.txt

schema: setup-dev
	$(MANAGE) spectacular --validate --fail-on-warn --file docs/reference/openapi.yaml

# English needs no catalogue: the texts in the source are English, and Django brings the plural
# rule of its default language. Without its date the catalogue only changes when a text does.
messages: setup-dev
	@command -v xgettext >/dev/null || { echo "xgettext is missing: install it (on Debian: apt install gettext)." >&2; exit 1; }
	$(MANAGE) makemessages --locale de --no-wrap --no-obsolete --add-location file --ignore 'tests/*' --ignore 'var/*'
	@sed -i.dated '/^"POT-Creation-Date/d' $(GERMAN) && rm $(GERMAN).dated

# The pages of a demo that is running (PORT, HOST); any complaint of the browser fails.
screenshots: setup-dev
	$(PY) -m tests.browser.screenshots http://$(or $(HOST),localhost):$(or $(PORT),8000) \
		--pi founder@demo.example --password jupiter-demo-26

clean:
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .coverage build
	rm -rf var/test* $(MESSAGES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
