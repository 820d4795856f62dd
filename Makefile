# All targets work on a fresh clone with only Python 3.11 or newer, make and a network: `setup`
# fetches uv if it is missing and fills .venv from uv.lock. `make help` lists the targets.

.PHONY: setup run web browser test coverage torture soak check bench pictures schema likeness regions clean help

setup: ## fill .venv from uv.lock (every other target does this first)
	@scripts/setup.sh

# `exec` replaces the shell, so a signal sent to make reaches the service itself.
run: setup web ## start the service with demo data; SONGGANG_* and MONGODB_* come from the environment
	@exec .venv/bin/songgang run --demo

web: setup ## build the pages, once; needs Node 20.19 or newer, which is fetched if it is missing
	@scripts/web.sh

# The settings of a service that may run on the same machine are unset: tests must not touch its data or see its secrets.
browser: ## install Chromium and a Chinese font for tests of the pages, where apt may
	@scripts/browser.sh

test: check browser ## check, then all tests
	@unset SONGGANG_HOST SONGGANG_PORT SONGGANG_DATA_DIR SONGGANG_SECRET SONGGANG_DEMO \
		SONGGANG_DEMO_PASSWORD SONGGANG_ORIGINS SONGGANG_PUBLIC_URL SONGGANG_WEB_URL SONGGANG_STAFF_PASSWORD \
		SONGGANG_METRICS_TOKEN SONGGANG_TRUSTED_DOCUMENTS SONGGANG_CONTACT_DAYS SONGGANG_RECORD_DAYS SONGGANG_WEBHOOK_PRIVATE \
		SONGGANG_RULES_APPLY_ON SONGGANG_MEDIA_HOSTS SONGGANG_STREAM_ORIGINS SONGGANG_STREAM_GRACE_SECONDS \
		SONGGANG_STREAM_SERVER SONGGANG_STREAM_INGEST_URL SONGGANG_STREAM_HLS_URL SONGGANG_STREAM_CALLBACK_KEY \
		SONGGANG_MEDIA_URL SONGGANG_MEDIA_KEY SONGGANG_MEDIA_PORT SONGGANG_MEDIA_DIR SONGGANG_MEDIA_SERVICE_URL \
		SONGGANG_MEDIA_INTERNAL_URL SONGGANG_MEDIA_MAX_CAMERAS SONGGANG_MEDIA_MAX_VIEWERS SONGGANG_MEDIA_MAX_MIB \
		SONGGANG_MEDIA_MAX_KBITS SONGGANG_MEDIA_KEEP_SECONDS SONGGANG_MEDIA_RECORDED_DAYS SONGGANG_MEDIA_RECORDED_MIB \
		SONGGANG_MEDIA_STORE SONGGANG_MEDIA_STORE_URL \
		SONGGANG_IMPORT_PROCESSES SONGGANG_MAX_UPLOADS SONGGANG_MAX_EXPORTS SONGGANG_MAX_DOWNLOADS SONGGANG_NEW_SECRET \
		SONGGANG_MAX_SESSION_TOPICS SONGGANG_MAX_LEAD_TOPICS SONGGANG_MAX_SEEKER_TOPICS \
		SONGGANG_MAX_GROUPS_PER_TOPIC SONGGANG_MAX_OUTBOX_BYTES \
		SONGGANG_SMS_GATEWAY SONGGANG_SMS_ACCESS_KEY_ID SONGGANG_SMS_ACCESS_KEY_SECRET SONGGANG_SMS_SIGN_NAME \
		SONGGANG_SMS_TEMPLATE SONGGANG_SMS_APP_ID SONGGANG_SMS_REGION SONGGANG_SMS_URL \
		SONGGANG_SMS_VOICE SONGGANG_SMS_VOICE_NUMBER SONGGANG_SMS_VOICE_URL SONGGANG_SMS_CALLBACK_KEY \
		SONGGANG_SMS_PER_PHONE_HOUR SONGGANG_SMS_PER_PHONE_DAY SONGGANG_SMS_PER_DEVICE_HOUR SONGGANG_SMS_PER_DEVICE_DAY \
		SONGGANG_SMS_PER_ADDRESS_HOUR SONGGANG_SMS_PER_SITE_HOUR SONGGANG_SMS_PER_PREFIX_HOUR SONGGANG_SMS_PER_PREFIX_DAY \
		SONGGANG_SMS_DAY_BUDGET SONGGANG_SMS_MONTH_BUDGET SONGGANG_SMS_RESERVED_PERCENT SONGGANG_SMS_RESERVED_PER_ADDRESS_HOUR \
		SONGGANG_MAX_PHONES_PER_DEVICE SONGGANG_MAX_DEVICES_PER_ADDRESS \
		SONGGANG_PROXIES SONGGANG_MAX_CONNECTIONS SONGGANG_MAX_CONNECTIONS_PER_ADDRESS \
		MONGODB_URI MONGODB_DATABASE MONGODB_DRIVER; \
	exec .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(pytest_options)

# Following every line makes the tests a fifth slower, so they do without.
coverage: ## the same, and which lines no test runs
	@$(MAKE) test pytest_options="--cov --cov-report=term-missing"

torture: setup ## kill MongoDB and nodes while 20,000 interests are sent; at least ten minutes
	@exec .venv/bin/python -m tests.support.torture

soak: setup web browser ## all fault runs at full length, ten minutes of a camera, then torture; over an hour; partitions and a full disk need root
	@.venv/bin/python -m tests.faults
	@.venv/bin/python -m tests.web.camera_soak
	@exec .venv/bin/python -m tests.support.torture

check: setup ## format, lint, types and the committed GraphQL schema, here and in web/
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/songgang schema --check
	@scripts/web.sh check

bench: setup ## measure fan-out, leads and searches; about 30 minutes
	@.venv/bin/python bench/fanout.py
	@.venv/bin/python bench/leads.py
	@.venv/bin/python bench/search.py

pictures: setup web browser ## take the pictures of the README in docs/pictures
	@.venv/bin/python -m scripts.pictures

schema: setup ## write schema/schema.graphql
	@.venv/bin/songgang schema

# The packages are unpacked outside the environment, so nothing of them can be imported.
likeness: setup ## train the classifier of texts on tests/data/gate; a minute or two
	@.venv/bin/python -m scripts.likeness

regions: setup ## write domain/reference/regions.tsv from the packages in scripts/regions.txt
	@uv=.uv/venv/bin/uv; [ -x $$uv ] || uv=uv; rm -rf .uv/regions; \
		$$uv pip install --quiet --no-deps --require-hashes --target .uv/regions -r scripts/regions.txt
	@.venv/bin/python scripts/regions.py .uv/regions

clean: ## remove what make can rebuild; the data folder stays
	@rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* build dist api/http/web/dist web/node_modules web/src/gen
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

# Tests of the picture run Debian's nginx with its RTMP module.
.PHONY: nginx-rtmp s3rver
test: nginx-rtmp s3rver
nginx-rtmp:
	@scripts/nginx_rtmp.sh

# Tests of object storage run an S3 server.
s3rver:
	@scripts/s3rver.sh
