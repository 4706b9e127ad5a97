# syntax=docker/dockerfile:1

# The browser packages, as pinned in package-lock.json.
FROM node:22-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

# The Python packages, each checked against its hash.
FROM python:3.13-slim AS packages
RUN python -m venv /venv
COPY requirements/base.txt /build/base.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /build/base.txt

FROM python:3.13-slim
RUN groupadd --system --gid 10001 aedile \
    && useradd --system --uid 10001 --gid aedile --home-dir /srv/aedile --no-create-home aedile \
    && mkdir -p /data/media && chown aedile:aedile /data/media
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AEDILE_ENV=production \
    AEDILE_MEDIA_ROOT=/data/media
WORKDIR /srv/aedile
COPY --from=packages /venv /venv
COPY --from=browser /build/node_modules node_modules
COPY . .
# Collecting files needs settings but no server and no lasting secret.
RUN AEDILE_SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" AEDILE_HOSTS=build \
    DATABASE_URL=postgresql://build@127.0.0.1:1/build REDIS_URL=redis://127.0.0.1:1/0 \
    python manage.py collectstatic --no-input \
    && python -m compileall -q governance policies risk cases dashboards
USER aedile
VOLUME /data/media
EXPOSE 8000
CMD ["gunicorn", "governance.project.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--preload", "--no-control-socket"]
