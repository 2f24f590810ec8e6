#!/usr/bin/env python3
"""Creates an OCI layout with one image (reference `image`) of the given layers, either valid or with a single fault.

usage: oci_layout.py LAYOUT FAULT LAYER...

FAULT is `none` or a key of FAULTS below. Prints the digest that an error about the fault should contain.
"""
import gzip
import hashlib
import json
import os
import sys

LAYOUT, FAULT = sys.argv[1:3]
BLOBS = os.path.join(LAYOUT, "blobs", "sha256")
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
OTHER = "sha256:" + "0123456789abcdef" * 4
FAULTS = ["wrong-layer", "wrong-layer-size", "wrong-diff-id", "wrong-config", "wrong-manifest", "missing-layer", "truncated-gzip",
          "corrupt-gzip", "garbage-after-gzip", "no-archive", "linked-layer", "linked-blobs", "path-in-digest",
          "path-in-config-digest", "short-digest", "nested-index", "nested-config", "nested-manifest", "index-in-itself",
          "too-few-diff-ids", "too-many-diff-ids", "empty-index", "no-json", "huge-index", "wrong-types"]
if FAULT != "none" and FAULT not in FAULTS:
    sys.exit(f"oci_layout.py: no fault {FAULT}")
os.makedirs(BLOBS)


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def put(data, digest=None):
    digest = digest or digest_of(data)
    with open(os.path.join(BLOBS, digest.split(":")[1]), "wb") as file:
        file.write(data)
    return digest


def path_of(digest):
    return os.path.join(BLOBS, digest.split(":")[1])


def write(name, data):
    with open(os.path.join(LAYOUT, name), "wb") as file:
        file.write(data)


def encoded(value):
    return json.dumps(value).encode()


culprit = ""
diff_ids, layers = [], []
for name in sys.argv[3:]:
    with open(name, "rb") as file:
        content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    diff_ids.append(digest_of(content))
    if FAULT == "no-archive":
        content = b"this is no archive\n" * 1000
        diff_ids[-1] = digest_of(content)
    packed = gzip.compress(content, mtime=0)
    if FAULT == "truncated-gzip":
        packed = packed[:len(packed) * 2 // 3]
    if FAULT == "corrupt-gzip":
        middle = len(packed) // 2
        packed = packed[:middle] + bytes(byte ^ 0x5a for byte in packed[middle:middle + 16]) + packed[middle + 16:]
    if FAULT == "garbage-after-gzip":
        packed += b"garbage" * 100
    digest = put(packed)
    layers.append({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest, "size": len(packed)})

first = layers[0]
culprit = first["digest"]
if FAULT == "wrong-layer":
    put(gzip.compress(b"another", mtime=0).ljust(first["size"], b"\0"), first["digest"])
elif FAULT == "wrong-layer-size":
    first["size"] += 1
elif FAULT == "wrong-diff-id":
    diff_ids[0] = culprit = OTHER
elif FAULT == "missing-layer":
    os.remove(path_of(first["digest"]))
elif FAULT == "linked-layer":
    # The correct bytes, but outside the layout: the target of a link is not part of it.
    outside = os.path.abspath(LAYOUT) + ".outside"
    os.rename(path_of(first["digest"]), outside)
    os.symlink(outside, path_of(first["digest"]))
elif FAULT == "path-in-digest":
    first["digest"] = culprit = "sha256:../../../../../../../../../../etc/passwd"
elif FAULT == "short-digest":
    first["digest"] = culprit = "sha256:abc"
elif FAULT == "too-few-diff-ids":
    diff_ids = diff_ids[:-1]
elif FAULT == "too-many-diff-ids":
    diff_ids.append(OTHER)

NESTED = b"[" * 100_000 + b"]" * 100_000
config = encoded({"architecture": MACHINE, "os": "linux", "config": {"Cmd": ["sh"]},
                  "rootfs": {"type": "layers", "diff_ids": diff_ids}})
if FAULT == "nested-config":
    config = config[:-1] + b', "evil": ' + NESTED + b"}"
config_digest = put(config)
config_size = len(config)
if FAULT == "wrong-config":
    culprit = config_digest
    put(config.replace(b'"sh"', b'"id"'), config_digest)
elif FAULT == "nested-config":
    culprit = config_digest
elif FAULT == "path-in-config-digest":
    config_digest = culprit = "sha256:../../../../../../../../../../etc/passwd"

manifest = encoded({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest,
                               "size": config_size},
                    "layers": layers if FAULT != "wrong-types" else {"digest": 7}})
if FAULT == "nested-manifest":
    manifest = manifest[:-1] + b', "evil": ' + NESTED + b"}"
manifest_digest = put(manifest)
if FAULT in ("nested-manifest", "wrong-types"):
    culprit = manifest_digest
if FAULT == "wrong-manifest":
    culprit = manifest_digest
    put(manifest.replace(b'"schemaVersion": 2', b'"schemaVersion": 3'), manifest_digest)

entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": manifest_digest, "size": len(manifest),
         "annotations": {"org.opencontainers.image.ref.name": "image"}}
index = {"schemaVersion": 2, "manifests": [entry]}
data = encoded(index)
if FAULT == "nested-index":
    data, culprit = data[:-1] + b', "evil": ' + NESTED + b"}", "index.json"
elif FAULT == "empty-index":
    data, culprit = b"", "index.json"
elif FAULT == "no-json":
    data, culprit = b"{\"manifests\": [", "index.json"
elif FAULT == "huge-index":
    # Larger than any index; a hole takes no disk space.
    data, culprit = b"{", "index.json"
elif FAULT == "index-in-itself":
    # A document cannot contain its own digest, so the blob's content does not match its name.
    loop = "sha256:" + "ab" * 32
    inner = encoded({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [
        {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": loop, "size": 0}]})
    put(inner, loop)
    entry["mediaType"], entry["digest"], entry["size"] = "application/vnd.oci.image.index.v1+json", loop, len(inner)
    data, culprit = encoded(index), loop
write("index.json", data)
if FAULT == "huge-index":
    os.truncate(os.path.join(LAYOUT, "index.json"), 8 << 30)
write("oci-layout", encoded({"imageLayoutVersion": "1.0.0"}))
if FAULT == "linked-blobs":
    outside = os.path.abspath(LAYOUT) + ".outside"
    os.rename(os.path.join(LAYOUT, "blobs"), outside)
    os.symlink(outside, os.path.join(LAYOUT, "blobs"))
print(culprit)
