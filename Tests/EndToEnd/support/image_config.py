#!/usr/bin/env python3
"""Prints an image's configuration for comparison: reads the output of `inspect`, prints sorted lines.

Omits times, identifiers and digests, which differ between runs, and the label with the tool that created the image.
Variables are sorted: one that is set again has another place in the output of older versions of Buildah.
Empty and missing lists are equivalent.
"""
import json
import sys

IRRELEVANT = {"created", "diff_ids", "io.buildah.version",
              "org.opencontainers.image.created", "org.opencontainers.image.base.digest", "container",
              "container_config", "history", "docker_version", "id", "parent", "Image"}


def cleaned(value):
    if isinstance(value, dict):
        pairs = {key: cleaned(item) for key, item in value.items() if key not in IRRELEVANT}
        return {key: item for key, item in pairs.items() if item not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return value


document = json.load(sys.stdin)
manifest = json.loads(document["Manifest"])
parts = {"type": manifest["mediaType"], "annotations": manifest.get("annotations"), "OCIv1": document["OCIv1"],
         # Settings that only Docker's format has are compared if the image uses it.
         "Docker": document["Docker"] if "docker" in manifest["mediaType"] else None}
if parts["Docker"]:
    # The same data twice, in different orders.
    parts["OCIv1"] = None
for settings in (document["OCIv1"].get("config"), document["Docker"].get("config")):
    if settings and settings.get("Env"):
        settings["Env"].sort()
print(json.dumps(cleaned(parts), indent=1, sort_keys=True))
