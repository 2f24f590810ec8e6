#!/usr/bin/env python3
"""Writes an OCI layout with an image of layers whose entries are chosen at random: random_layers.py SEED LAYOUT.

Names repeat, so that entries of all kinds meet those of other layers and of their own: links to directories, entries
below links and files, whiteouts, opaque directories, directories that are not listed, attributes.
"""
import hashlib
import io
import json
import os
import pathlib
import random
import sys
import tarfile

seed, target = int(sys.argv[1]), pathlib.Path(sys.argv[2])
choose = random.Random(seed)
NAMES = ["a", "b", "c"]


def path(deepest):
    return "/".join(choose.choice(NAMES) for _ in range(choose.randint(1, deepest)))


def entry(names):
    """An entry that can be applied: hard links lead to files that the layer has, links to directories that it has."""
    kind = choose.choice(["dir", "dir", "file", "file", "file", "link", "hard", "whiteout", "opaque", "fifo"])
    info = tarfile.TarInfo(path(3))
    # Nothing can be below a file of the same layer, nor below a link of it, unless that leads to a directory of it.
    own = dict(names)
    above = info.name.split("/") if kind == "opaque" else info.name.split("/")[:-1]
    for end in range(1, len(above) + 1):
        if own.get("/".join(above[:end]), "dir") not in ("dir", "linked"):
            return None
    info.uid, info.gid = choose.choice([0, 7]), choose.choice([0, 8])
    info.mtime = choose.randint(1_000_000_000, 1_700_000_000)
    info.mode = choose.choice([0o644, 0o755, 0o700, 0o4755, 0o1777])
    if choose.random() < 0.3:
        info.pax_headers = {f"SCHILY.xattr.user.{choose.choice('xy')}": str(choose.randint(0, 9))}
    data = b""
    if kind == "dir":
        info.type = tarfile.DIRTYPE
    elif kind == "link":
        info.type, info.linkname = tarfile.SYMTYPE, choose.choice(["", "/", "../"]) + path(2)
        info.pax_headers = {}
        directories = [name for name, what in names if what == "dir"]
        if directories and choose.random() < 0.5:
            info.linkname, kind = "/" + choose.choice(directories), "linked"
    elif kind == "hard":
        files = [name for name, what in own.items() if what == "file"]
        if not files:
            return None
        info.type, info.linkname = tarfile.LNKTYPE, choose.choice(files)
        info.pax_headers = {}
    elif kind == "whiteout":
        info.name = os.path.join(os.path.dirname(info.name), ".wh." + choose.choice(NAMES))
    elif kind == "opaque":
        info.name = os.path.join(info.name, ".wh..wh..opq")
    elif kind == "fifo":
        info.type = tarfile.FIFOTYPE
        info.pax_headers = {}
    else:
        data = f"{seed} {len(names)}\n".encode()
        info.size = len(data)
    names.append((info.name, kind))
    return info, data


def layer(count):
    stream, names = io.BytesIO(), []
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for _ in range(count):
            made = entry(names)
            if made:
                tar.addfile(made[0], io.BytesIO(made[1]))
    return stream.getvalue()


blobs = target / "blobs/sha256"
blobs.mkdir(parents=True)


def write(data, kind):
    name = hashlib.sha256(data).hexdigest()
    (blobs / name).write_bytes(data)
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{name}", "size": len(data)}


layers = [layer(choose.randint(1, 8)) for _ in range(choose.randint(2, 4))]
config = {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/a"]}, "rootfs": {
    "type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest() for data in layers]}}
manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": write(json.dumps(config).encode(), "config.v1+json"),
            "layers": [write(data, "layer.v1.tar") for data in layers]}
index = {"schemaVersion": 2, "manifests": [write(json.dumps(manifest).encode(), "manifest.v1+json")]}
(target / "index.json").write_text(json.dumps(index))
(target / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
