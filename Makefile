# Everything below works on a fresh clone with nothing but Python 3.11 or newer, make and a network:
# `setup` fetches uv when it is missing and fills .venv from uv.lock. `make help` lists the targets.

.PHONY: setup run test torture check bench schema regions clean help

setup: ## fill .venv from uv.lock (every other target does this first)
	@scripts/setup.sh

# The shell is replaced, so that a signal sent to make reaches the service itself.
run: setup ## start the service with demo data; SONGGANG_* and MONGODB_* come from the environment
	@exec .venv/bin/songgang run --demo

# Without the settings of a service that may run beside: tests neither touch its data nor see its secrets.
test: check ## check, then all tests with coverage
	@unset SONGGANG_HOST SONGGANG_PORT SONGGANG_DATA_DIR SONGGANG_SECRET SONGGANG_DEMO \
		SONGGANG_DEMO_PASSWORD SONGGANG_ORIGINS SONGGANG_PUBLIC_URL SONGGANG_STAFF_PASSWORD \
		SONGGANG_METRICS_TOKEN SONGGANG_TRUSTED_DOCUMENTS SONGGANG_CONTACT_DAYS SONGGANG_RECORD_DAYS SONGGANG_WEBHOOK_PRIVATE \
		SONGGANG_MAX_UPLOADS SONGGANG_MAX_EXPORTS SONGGANG_MAX_DOWNLOADS SONGGANG_NEW_SECRET \
		MONGODB_URI MONGODB_DATABASE MONGODB_DRIVER; \
	exec .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile --cov --cov-report=term-missing

torture: setup ## kill MongoDB and nodes while 20,000 interests are sent; ten minutes and more
	@exec .venv/bin/python -m tests.support.torture

check: setup ## format, lint, types, and the committed GraphQL schema
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/songgang schema --check

bench: setup ## measure the fan-out, how fast interests become leads, and searches
	@.venv/bin/python bench/fanout.py
	@.venv/bin/python bench/leads.py
	@.venv/bin/python bench/search.py

schema: setup ## write schema/schema.graphql anew
	@.venv/bin/songgang schema

# The packages are unpacked beside the environment, so that nothing of them can be imported.
regions: setup ## write domain/reference/regions.tsv anew from the packages that scripts/regions.txt names
	@uv=.uv/venv/bin/uv; [ -x $$uv ] || uv=uv; rm -rf .uv/regions; \
		$$uv pip install --quiet --no-deps --require-hashes --target .uv/regions -r scripts/regions.txt
	@.venv/bin/python scripts/regions.py .uv/regions

clean: ## remove what make can make again; the data folder stays
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile
