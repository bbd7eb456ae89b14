# syntax=docker/dockerfile:1
# One image for every part of a site: web, workers, beat and the set-up before them. compose.yaml says which runs what.

FROM python:3.12-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/venv/bin:$PATH

FROM base AS packages
# Address of PyTorch's index of CPU-only builds, as its “Get started” page names it. Without it torch would bring CUDA
# along, several gigabytes that nothing here uses.
ARG TORCH_INDEX
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements.txt constraints.txt ./
# As the Makefile does it: the headless OpenCV is written last, over the other two wheels' files, and needs no libGL.
RUN test -n "${TORCH_INDEX}" \
      || { echo "Pass --build-arg TORCH_INDEX=<address of PyTorch's index of CPU builds>." >&2; exit 1; } \
    && python -m venv /venv \
    && pip install --index-url "${TORCH_INDEX}" "$(grep -o '^torch==[0-9.]*' requirements.txt)" \
    && pip install -r requirements.txt \
    && pip install --force-reinstall --no-deps "$(grep -o '^opencv-python-headless==[0-9.]*' requirements.txt)" \
    && python -c "import cv2, mediapipe, torch, openvino"

FROM base AS site
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-droid-fallback libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 proctor \
    && useradd --uid 10001 --gid proctor --create-home --shell /usr/sbin/nologin proctor \
    && install --directory --owner=proctor --group=proctor --mode=0700 /data
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
RUN python -m compileall -q exams proctoring proctor_site
# Database and pictures are elsewhere; here lie the exported models and the static files.
ENV PROCTOR_DATA_DIR=/data
VOLUME /data
USER proctor
EXPOSE 8000
# Chinese, Japanese and Korean names in PDF reports.
ENV PROCTOR_PDF_FONTS=/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf
# Of the web process; compose.yaml has other checks for the workers.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
