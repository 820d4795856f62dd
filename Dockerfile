# The production image: the service and its pages, without the embedded mongod and development tools.

FROM node:24-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY schema/schema.graphql /src/schema/schema.graphql
COPY web/ ./
RUN npm run build


FROM python:3.12-slim AS build

# The same version as in scripts/setup.sh; a test compares them.
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9

ENV UV_PROJECT_ENVIRONMENT=/opt/songgang \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1

WORKDIR /src

# Dependencies first: a change of the source then does not fetch them again.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project

COPY LICENSE NOTICE README.md ./
COPY domain/ domain/
COPY storage/ storage/
COPY realtime/ realtime/
COPY services/ services/
COPY workers/ workers/
COPY schema/ schema/
COPY api/ api/
COPY --from=web /src/api/http/web/dist api/http/web/dist
RUN uv sync --locked --no-dev --no-editable


# The same base image, because the environment points to its interpreter.
FROM python:3.12-slim

RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin songgang

COPY --from=build /opt/songgang /opt/songgang

ENV PATH=/opt/songgang/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SONGGANG_HOST=0.0.0.0 \
    SONGGANG_PORT=8000

USER 10001
WORKDIR /opt/songgang
EXPOSE 8000
STOPSIGNAL SIGTERM

# http.client, because urllib would use a proxy from the environment.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['SONGGANG_PORT']), timeout=4); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]

CMD ["songgang", "run"]
