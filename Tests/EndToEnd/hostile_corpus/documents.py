"""Layouts, manifests, configurations and image archives with a single fault each.

`attacks(directory)` yields (name, make): `make(path)` writes an OCI layout with one fault.
"""
import copy
import gzip
import hashlib
import json
import os

from archives import BEFORE, END

MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
LAYER = BEFORE + END
OCI = "application/vnd.oci.image."
NUMBERS = {"max": 2**63 - 1, "min": -2**63, "beyond": 2**64, "negative": -1, "fraction": 1.5, "exponent": 1e300, "text": "12", "null": None,
           "list": [], "object": {}, "true": True}
DIGESTS = {"path": "sha256:../../../../etc/passwd", "absolute": "/etc/passwd", "short": "sha256:abcd", "upper": "sha256:" + "A" * 64, "empty": "",
           "algorithm": "md5:" + "0" * 32, "colons": "sha256::" + "0" * 64, "long": "sha256:" + "0" * 6400, "newline": "sha256:" + "0" * 63 + "\n",
           "number": 5, "null": None, "list": ["sha256:" + "0" * 64], "escape": "sha256:\x1b[2J" + "0" * 58, "sha512": "sha512:" + "0" * 128}
TYPES = {"empty": "", "word": "layer", "foreign": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "control": "a\x1b[31mb", "number": 3,
         "helm": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "encrypted": OCI + "layer.v1.tar+gzip+encrypted", "huge": "a" * 100000}


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Layout:
    """An image as a layout: change its parts, then write it."""

    def __init__(self):
        packed = gzip.compress(LAYER, mtime=0)
        self.blobs = [packed]
        self.config = {"architecture": MACHINE, "os": "linux", "config": {"Cmd": ["true"]}, "rootfs": {"type": "layers", "diff_ids": [digest_of(LAYER)]},
                       "history": [{"created_by": "x"}]}
        self.layer = {"mediaType": OCI + "layer.v1.tar+gzip", "digest": digest_of(packed), "size": len(packed)}
        self.manifest = {"schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "layers": [self.layer]}
        self.raw_config = self.raw_manifest = self.raw_index = None
        self.config_entry, self.manifest_entry = {}, {}
        self.layout = b'{"imageLayoutVersion": "1.0.0"}'

    def write(self, path):
        blobs = os.path.join(path, "blobs", "sha256")
        os.makedirs(blobs)

        def put(data):
            with open(os.path.join(blobs, digest_of(data).split(":")[1]), "wb") as file:
                file.write(data)
            return {"digest": digest_of(data), "size": len(data)}

        for blob in self.blobs:
            put(blob)
        config = put(self.raw_config if self.raw_config is not None else json.dumps(self.config).encode())
        self.manifest.setdefault("config", {"mediaType": OCI + "config.v1+json", **config, **self.config_entry})
        manifest = put(self.raw_manifest if self.raw_manifest is not None else json.dumps(self.manifest).encode())
        index = {"schemaVersion": 2, "manifests": [{
            "mediaType": OCI + "manifest.v1+json", **manifest, "annotations": {"org.opencontainers.image.ref.name": "image"}, **self.manifest_entry}]}
        with open(os.path.join(path, "index.json"), "wb") as file:
            file.write(self.raw_index if self.raw_index is not None else json.dumps(index).encode())
        if self.layout is not None:
            with open(os.path.join(path, "oci-layout"), "wb") as file:
                file.write(self.layout)


def edits():
    """(name, function that adds a fault to a Layout)"""
    def put(path, value):
        def edit(layout):
            target = layout
            for step in path[:-1]:
                target = getattr(target, step) if isinstance(target, Layout) else target[step]
            if isinstance(target, Layout):
                setattr(target, path[-1], value)
            else:
                target[path[-1]] = value
        return edit

    for key, value in NUMBERS.items():
        yield f"layer-size-{key}", put(["layer", "size"], value)
        yield f"config-size-{key}", put(["config_entry", "size"], value)
        yield f"manifest-size-{key}", put(["manifest_entry", "size"], value)
        yield f"schema-{key}", put(["manifest", "schemaVersion"], value)
        yield f"stop-timeout-{key}", put(["config", "config", "StopTimeout"], value)
        yield f"health-{key}", put(["config", "config", "Healthcheck"], {"Test": ["CMD", "x"], "Interval": value, "Retries": value})
    for key, value in DIGESTS.items():
        yield f"layer-digest-{key}", put(["layer", "digest"], value)
        yield f"config-digest-{key}", put(["config_entry", "digest"], value)
        yield f"manifest-digest-{key}", put(["manifest_entry", "digest"], value)
        yield f"diff-id-{key}", put(["config", "rootfs", "diff_ids"], [value])
        yield f"subject-{key}", put(["manifest", "subject"], {"mediaType": OCI + "manifest.v1+json", "digest": value, "size": 1})
    for key, value in TYPES.items():
        yield f"layer-type-{key}", put(["layer", "mediaType"], value)
        yield f"manifest-type-{key}", put(["manifest", "mediaType"], value)
        yield f"entry-type-{key}", put(["manifest_entry", "mediaType"], value)
        yield f"config-type-{key}", put(["config_entry", "mediaType"], value)
    for key, value in {"no-equals": ["PATH", "=", "", "A"], "text": "A=b", "numbers": [1, 2], "nul": ["A=\0"], "control": ["A=\x1b[31m\n"],
                       "huge": ["A=" + "b" * 300000], "many": [f"A{n}=b" for n in range(20000)], "null": [None], "object": {"A": "b"}}.items():
        for field in "Env", "Cmd", "Entrypoint", "Shell", "OnBuild":
            yield f"{field.lower()}-{key}", put(["config", "config", field], value)
    for field in "User", "WorkingDir", "StopSignal", "Hostname":
        for key, value in {"up": "../../../../../..", "control": "a\x1b[31m\nb", "nul": "a\0b", "long": "/" + "d" * 5000, "number": 7, "root": "/",
                           "proc": "/proc/self/root/../..", "percent": "%s%n"}.items():
            yield f"{field.lower()}-{key}", put(["config", "config", field], value)
    for key, value in {"up": {"/../../x": {}}, "relative": {"x": {}}, "root": {"/": {}}, "proc": {"/proc": {}}, "list": ["/x"], "text": "/x",
                       "long": {"/" + "v" * 5000: {}}, "control": {"/a\x1b[2J": {}}}.items():
        yield f"volumes-{key}", put(["config", "config", "Volumes"], value)
    for key, value in {"empty": [], "many": [{"empty_layer": True}] * 50000, "short": [{"empty_layer": True}], "long": [{"created_by": "x"}] * 3, "text": "x",
                       "time": [{"created": "yesterday"}], "time-huge": [{"created": "9" * 30 + "-01-01T00:00:00Z"}], "control": [{"created_by": "\x1b]0;x\x07"}]}.items():
        yield f"history-{key}", put(["config", "history"], value)
    for key, value in {"empty": b"", "no-json": b"{", "nested": b"[" * 100000, "array": b"[]", "null": b"null", "utf8": b'{"a": "\xff\xfe"}', "nul": b'{"a": "\0"}',
                       "twice": b'{"schemaVersion": 2, "schemaVersion": 1}', "number": b"1e999999", "text": b'"x"', "spaces": b" " * 100000,
                       "keys": b"{" + b",".join(b'"%d": 1' % n for n in range(50000)) + b"}", "surrogate": b'{"a": "\\ud800"}', "bom": b"\xef\xbb\xbf{}"}.items():
        yield f"config-text-{key}", put(["raw_config"], value)
        yield f"manifest-text-{key}", put(["raw_manifest"], value)
        yield f"index-text-{key}", put(["raw_index"], value)
        yield f"layout-text-{key}", put(["layout"], value)
    for key, value in {"os": ["config", "os"], "architecture": ["config", "architecture"], "created": ["config", "created"], "rootfs": ["config", "rootfs"],
                       "config": ["config", "config"], "layers": ["manifest", "layers"], "annotations": ["manifest", "annotations"]}.items():
        for kind, wrong in {"number": 3, "null": None, "list": [1], "text": "\x1b[31m", "object": {"a": {"b": 1}}}.items():
            yield f"{key}-{kind}", put(value, wrong)
    yield "no-layout-file", put(["layout"], None)
    yield "too-many-layers", lambda layout: layout.manifest["layers"].extend(copy.deepcopy(layout.layer) for _ in range(500))
    yield "annotation-name-control", put(["manifest_entry", "annotations"], {"org.opencontainers.image.ref.name": "image\x1b[2J"})
    yield "annotation-name-up", put(["manifest_entry", "annotations"], {"org.opencontainers.image.ref.name": "../../image"})
    yield "platform-wrong", put(["manifest_entry", "platform"], {"os": 3, "architecture": []})
    yield "embedded-data", put(["layer", "data"], "bm90IGl0")
    yield "embedded-no-base64", put(["config_entry", "data"], "***")
    yield "layer-is-text", put(["blobs"], [b"no gzip"])


def attacks():
    for name, edit in edits():
        def make(path, edit=edit):
            layout = Layout()
            edit(layout)
            layout.write(path)
        yield name, make
