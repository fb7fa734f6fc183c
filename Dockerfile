# syntax=docker/dockerfile:1
# One image for web, worker, beat and the one-off commands; docker-compose.yml says which it is.

FROM python:3.11-slim-bookworm AS build

WORKDIR /srv/crmservice
COPY requirements/ requirements/
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt

# The front-end packages need node to be fetched and nothing to be served: both stay in this stage.
COPY package.json package-lock.json .npmrc vendor.py ./
RUN python vendor.py && rm -rf node_modules

COPY . .
RUN find locale -name '*.po' -exec .venv/bin/python -c \
        'import sys, polib; [polib.pofile(p).save_as_mofile(p[:-2] + "mo") for p in sys.argv[1:]]' {} + \
    && CRMSERVICE_MODE=production ALLOWED_HOSTS=localhost REDIS_URL=redis://none DATABASE_URL=postgres://none/none \
       DJANGO_SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
       .venv/bin/python manage.py collectstatic --noinput \
    && .venv/bin/python -m compileall -q -x '\.venv' .

FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/crmservice --shell /usr/sbin/nologin crmservice \
    && mkdir -p /srv/crmservice /srv/media /srv/backups \
    && chown crmservice: /srv/media /srv/backups
WORKDIR /srv/crmservice
COPY --from=build /srv/crmservice /srv/crmservice

ENV PATH="/srv/crmservice/.venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CRMSERVICE_MODE=production \
    MEDIA_ROOT=/srv/media \
    BACKUP_DIR=/srv/backups \
    BIND=0.0.0.0:8000
USER 10001
VOLUME /srv/media /srv/backups
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=40s \
    CMD ["python", "-m", "crmservice.healthcheck"]
CMD ["gunicorn", "-c", "python:crmservice.gunicorn_production"]
