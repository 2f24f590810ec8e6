#!/usr/bin/env bash
# dockerfile-parse 2.0.1 (PyPI), which tools use to ask a Dockerfile for its base image, knows neither heredocs nor default values:
#
# - The body of a heredoc is read as instructions. A line in it that begins with FROM becomes the base image, and words
#   of the script become instructions (`EOT`).
# - In `${NAME:-value}` the name is dropped and the rest kept, so that FROM names an image `:-value}`.
#
# BuildKit and Buildah build both files from busybox:1.36. Whoever chooses a base by this library chooses another one.
# Seen: `alpine:3` for the first file, `:-busybox:1.36}` for the second. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check dockerfile-parse==2.0.1

cat >"$work/Dockerfile" <<'DOCKERFILE'
FROM busybox:1.36
RUN <<EOT
cat >/Dockerfile.example <<INNER
FROM alpine:3
INNER
EOT
DOCKERFILE
mkdir "$work/default"
printf 'ARG BASE\nFROM ${BASE:-busybox:1.36}\n' >"$work/default/Dockerfile"

seen=$("$work/venv/bin/python" - "$work" <<'PYTHON'
import sys
from dockerfile_parse import DockerfileParser

heredoc = DockerfileParser(path=sys.argv[1] + "/Dockerfile")
print(heredoc.baseimage, heredoc.parent_images, [step["instruction"] for step in heredoc.structure])
print(DockerfileParser(path=sys.argv[1] + "/default").baseimage)
PYTHON
)
expected="alpine:3 ['busybox:1.36', 'alpine:3'] ['FROM', 'RUN', 'CAT', 'FROM', 'INNER', 'EOT']
:-busybox:1.36}"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; expected:"; echo "$expected"; exit 1; }
