#!/usr/bin/env python3
"""Checks images against the OCI image specification: each document with the specification's JSON schema
(support/schemas), and everything that schemas cannot express (digests, sizes, diff IDs, history) by reading the blobs.

usage: oci_check.py LAYOUT              a whole image layout, including the content of its layers
       oci_check.py DIRECTORY           an image written by `dir:`, likewise
       oci_check.py --as KIND FILE...   only documents; KIND is manifest, index or config

Prints all faults, and fails if there are any.
"""
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys

import jsonschema

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER = "application/vnd.docker."
# Docker's documents have the same structure under different media types.
MANIFESTS = (MANIFEST, DOCKER + "distribution.manifest.v2+json")
INDEXES = (INDEX, DOCKER + "distribution.manifest.list.v2+json")
CONFIGS = (CONFIG, DOCKER + "container.image.v1+json")
PACKED = re.compile(r"^(?:application/vnd\.oci\.image\.layer\.(?:nondistributable\.)?v1\.tar"
                    r"|application/vnd\.docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[+.](gzip|zstd))?$")
faults = []


# --- The schemas, as one document: the files refer to each other by name ------------------------------------------------

def joined(value, name):
    if isinstance(value, list):
        return [joined(item, name) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: joined(item, name) for key, item in value.items() if key != "id" or not isinstance(item, str)}
    if "$ref" in value:
        file, _, path = value["$ref"].partition("#")
        result["$ref"] = f"#/definitions/{file or name}{path}"
    return result


def read_schemas():
    directory = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemas")
    schemas = {}
    for name in os.listdir(directory):
        if name.endswith(".json"):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                schemas[name] = joined(json.load(file), name)
    return schemas


SCHEMAS = read_schemas()
FILES = {"manifest": "image-manifest-schema.json", "index": "image-index-schema.json", "config": "config-schema.json",
         "layout": "image-layout-schema.json"}


def validate(document, kind, what):
    validator = jsonschema.Draft4Validator({"$ref": f"#/definitions/{FILES[kind]}", "definitions": SCHEMAS})
    for error in validator.iter_errors(document):
        faults.append(f"{what}: {'.'.join(str(step) for step in error.absolute_path)}: {error.message}")


# --- Documents and blobs ------------------------------------------------------------------------------------------------

def expect(condition, what):
    if not condition:
        faults.append(what)
    return condition


def load(path, kind, what):
    try:
        with open(path, "rb") as file:
            document = json.loads(file.read().decode("utf-8"))
    except (OSError, ValueError) as error:
        expect(False, f"{what}: no JSON: {error}")
        return {}
    validate(document, kind, what)
    return document if isinstance(document, dict) else {}


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Place:
    """A layout, or a directory of `dir:`, with blobs that descriptors refer to."""

    def __init__(self, root):
        self.root = root
        self.is_layout = os.path.exists(os.path.join(root, "oci-layout"))

    def path(self, digest, is_manifest):
        algorithm, _, value = digest.partition(":")
        if self.is_layout:
            return os.path.join(self.root, "blobs", algorithm, value)
        return os.path.join(self.root, value + (".manifest.json" if is_manifest else ""))

    def check(self):
        if not self.is_layout:
            top = os.path.join(self.root, "manifest.json")
            with open(top, encoding="utf-8") as file:
                is_index = "manifests" in json.load(file)
            return (self.check_index if is_index else self.check_manifest)(top, "manifest.json")
        marker = load(os.path.join(self.root, "oci-layout"), "layout", "oci-layout")
        expect(marker == {"imageLayoutVersion": "1.0.0"}, f"oci-layout: {marker}")
        blobs = os.path.join(self.root, "blobs", "sha256")
        for name in os.listdir(blobs):
            with open(os.path.join(blobs, name), "rb") as file:
                expect(digest_of(file.read()) == "sha256:" + name, f"blob {name} is not what it is called")
        self.check_index(os.path.join(self.root, "index.json"), "index.json")

    def find(self, descriptor, what, is_manifest=False):
        """The path of a descriptor's content (section descriptor.md); None if it is missing or does not match."""
        digest = descriptor.get("digest", "") if isinstance(descriptor, dict) else ""
        if not expect(re.match(r"^sha256:[0-9a-f]{64}$", digest), f"{what}: digest {digest!r}"):
            return None
        path = self.path(digest, is_manifest)
        if not os.path.isfile(path) and descriptor.get("urls"):
            return None
        if not expect(os.path.isfile(path), f"{what}: blob {digest} is missing"):
            return None
        expect(os.path.getsize(path) == descriptor.get("size"), f"{what}: size {descriptor.get('size')}")
        with open(path, "rb") as file:
            is_right = digest_of(file.read()) == digest
        return path if expect(is_right, f"{what}: blob {digest} is not what it is called") else None

    def check_index(self, path, what):
        """Section image-index.md."""
        index = load(path, "index", what)
        expect(index.get("mediaType", INDEX) in INDEXES, f"{what}: mediaType")
        expect(index.get("manifests") or what != "index.json", f"{what}: no manifests")
        for number, entry in enumerate(index.get("manifests") or []):
            inner = f"{what}: manifest {number}"
            blob = self.find(entry, inner, is_manifest=True)
            if blob and entry.get("mediaType") in INDEXES:
                self.check_index(blob, inner)
            elif blob:
                expect(entry.get("mediaType") in MANIFESTS, f"{inner} of type {entry.get('mediaType')}")
                self.check_manifest(blob, inner)

    def check_manifest(self, path, what):
        """Section manifest.md."""
        manifest = load(path, "manifest", what)
        expect(manifest.get("mediaType", MANIFEST) in MANIFESTS, f"{what}: mediaType {manifest.get('mediaType')}")
        config = self.find(manifest.get("config"), f"{what}: config")
        layers = [(self.find(layer, f"{what}: layer {number}"), layer.get("mediaType", ""))
                  for number, layer in enumerate(manifest.get("layers") or [])]
        if config and manifest["config"].get("mediaType") in CONFIGS:
            self.check_config(config, layers, f"{what}: configuration")

    def check_config(self, path, layers, what):
        """Section config.md."""
        config = load(path, "config", what)
        for name in ("architecture", "os"):
            expect(config.get(name), f"{what}: {name}")
        for step in [config] + config.get("history", []):
            expect(TIME.match(step.get("created", "2000-01-01T00:00:00Z")), f"{what}: created {step.get('created')!r}")
        diff_ids = config.get("rootfs", {}).get("diff_ids", [])
        expect(len(diff_ids) == len(layers), f"{what}: {len(diff_ids)} diff IDs for {len(layers)} layers")
        for diff_id, (layer, media_type) in zip(diff_ids, layers):
            if layer:
                expect(digest_of(unpacked(layer, media_type, what)) == diff_id, f"{what}: {layer} is not {diff_id}")
        history = config.get("history", [])
        if history:
            expect(sum(1 for step in history if not step.get("empty_layer")) == len(diff_ids), f"{what}: history")


def unpacked(path, media_type, what):
    kind = PACKED.match(media_type)
    expect(kind, f"{what}: layer of type {media_type}")
    with open(path, "rb") as file:
        data = file.read()
    if kind and kind[1] == "gzip":
        return gzip.decompress(data)
    if kind and kind[1] == "zstd":
        return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return data


if sys.argv[1] == "--as":
    for argument in sys.argv[3:]:
        load(argument, sys.argv[2], argument)
else:
    Place(sys.argv[1]).check()
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
