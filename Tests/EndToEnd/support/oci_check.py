#!/usr/bin/env python3
"""Checks an OCI image layout against what the image specification demands of it, with nothing but Python and zstd(1).

usage: oci_check.py LAYOUT        prints every fault it finds, and fails if there is one
"""
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys

DIGEST = re.compile(r"^sha256:[0-9a-f]{64}$")
MEDIA_TYPE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
faults = []
layout = sys.argv[1]


def expect(condition, what):
    if not condition:
        faults.append(what)
    return condition


def is_text_map(value):
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())


def load(path, what):
    with open(path, "rb") as file:
        data = file.read()
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as error:
        expect(False, f"{what}: no JSON: {error}")
        return {}


def check_descriptor(value, what):
    """Section descriptor.md; returns the path of the blob."""
    if not expect(isinstance(value, dict), f"{what}: no descriptor"):
        return None
    expect(MEDIA_TYPE.match(value.get("mediaType", "")), f"{what}: media type {value.get('mediaType')!r}")
    expect(isinstance(value.get("size"), int) and value["size"] >= 0, f"{what}: size {value.get('size')!r}")
    if "annotations" in value:
        expect(is_text_map(value["annotations"]), f"{what}: annotations")
    if "platform" in value:
        platform = value["platform"]
        expect(isinstance(platform.get("architecture"), str) and isinstance(platform.get("os"), str), f"{what}: platform")
    if not expect(DIGEST.match(value.get("digest", "")), f"{what}: digest {value.get('digest')!r}"):
        return None
    path = os.path.join(layout, "blobs", "sha256", value["digest"][7:])
    if not expect(os.path.isfile(path), f"{what}: blob {value['digest']} is missing"):
        return None
    expect(os.path.getsize(path) == value["size"], f"{what}: size {value['size']} of {os.path.getsize(path)}")
    return path


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def unpacked(path, media_type, what):
    with open(path, "rb") as file:
        data = file.read()
    compression = media_type[len(LAYER):]
    if compression == "+gzip":
        return gzip.decompress(data)
    if compression == "+zstd":
        return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout
    expect(compression == "", f"{what}: layer of type {media_type}")
    return data


def check_config(path, layers, what):
    """Section config.md."""
    config = load(path, what)
    for name in ("architecture", "os"):
        expect(isinstance(config.get(name), str) and config[name], f"{what}: {name}")
    rootfs = config.get("rootfs", {})
    expect(rootfs.get("type") == "layers", f"{what}: rootfs.type")
    if "created" in config:
        expect(TIME.match(config["created"]), f"{what}: created {config['created']!r}")
    diff_ids = rootfs.get("diff_ids", [])
    expect(len(diff_ids) == len(layers), f"{what}: {len(diff_ids)} diff IDs for {len(layers)} layers")
    for diff_id, (layer, media_type) in zip(diff_ids, layers):
        if layer:
            expect(digest_of(unpacked(layer, media_type, what)) == diff_id, f"{what}: {layer} is not {diff_id}")
    history = config.get("history", [])
    if history:
        expect(sum(1 for step in history if not step.get("empty_layer")) == len(diff_ids), f"{what}: history")
    inner = config.get("config", {})
    for name, kind in (("Env", list), ("Cmd", list), ("Entrypoint", list), ("ExposedPorts", dict), ("Volumes", dict),
                       ("Labels", dict), ("User", str), ("WorkingDir", str), ("StopSignal", str)):
        expect(inner.get(name) is None or isinstance(inner[name], kind), f"{what}: config.{name}")


def check_manifest(path, what):
    """Section manifest.md."""
    manifest = load(path, what)
    expect(manifest.get("schemaVersion") == 2, f"{what}: schemaVersion")
    expect(manifest.get("mediaType", MANIFEST) == MANIFEST, f"{what}: mediaType {manifest.get('mediaType')}")
    expect(isinstance(manifest.get("layers"), list), f"{what}: layers")
    if "annotations" in manifest:
        expect(is_text_map(manifest["annotations"]), f"{what}: annotations")
    config = check_descriptor(manifest.get("config"), f"{what}: config")
    layers = [(check_descriptor(layer, f"{what}: layer {number}"), layer.get("mediaType", ""))
              for number, layer in enumerate(manifest.get("layers", []))]
    if manifest.get("config", {}).get("mediaType") == CONFIG and config:
        check_config(config, layers, f"{what}: configuration")


def check_index(path, what):
    """Section image-index.md."""
    index = load(path, what)
    expect(index.get("schemaVersion") == 2, f"{what}: schemaVersion")
    expect(index.get("mediaType", INDEX) == INDEX, f"{what}: mediaType")
    if not expect(isinstance(index.get("manifests"), list) and index["manifests"], f"{what}: no manifests"):
        return
    for number, entry in enumerate(index["manifests"]):
        blob = check_descriptor(entry, f"{what}: manifest {number}")
        if blob and entry["mediaType"] == INDEX:
            check_index(blob, f"{what}: index {number}")
        elif blob:
            expect(entry["mediaType"] == MANIFEST, f"{what}: manifest {number} of type {entry['mediaType']}")
            check_manifest(blob, f"{what}: manifest {number}")


marker = load(os.path.join(layout, "oci-layout"), "oci-layout")
expect(marker == {"imageLayoutVersion": "1.0.0"}, f"oci-layout: {marker}")
blobs = os.path.join(layout, "blobs", "sha256")
for name in os.listdir(blobs):
    with open(os.path.join(blobs, name), "rb") as file:
        expect(digest_of(file.read()) == "sha256:" + name, f"blob {name} is not what it is called")
check_index(os.path.join(layout, "index.json"), "index.json")
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
