#!/usr/bin/env python3
"""Compares a containers/storage directory with its records and prints one line per inconsistency.

usage: store_check.py GRAPHROOT DRIVER
"""
import json
import os
import sys

ROOT, DRIVER = sys.argv[1:3]
problems = []


def read(name):
    try:
        with open(os.path.join(ROOT, name), encoding="utf-8") as file:
            return json.load(file) or []
    except FileNotFoundError:
        return []


def names(*parts):
    try:
        return set(os.listdir(os.path.join(ROOT, *parts)))
    except FileNotFoundError:
        return set()


def compare(what, found, expected):
    for name in sorted(found - expected):
        problems.append(f"{what}: {name} has no record")
    for name in sorted(expected - found):
        problems.append(f"{what}: {name} is missing")


def unique(what, records):
    ids = [record["id"] for record in records]
    for name in {name for name in ids if ids.count(name) > 1}:
        problems.append(f"{what}: two records for {name}")
    return set(ids)


layers = read(f"{DRIVER}-layers/layers.json") + read(f"{DRIVER}-layers/volatile-layers.json")
images = read(f"{DRIVER}-images/images.json")
containers = read(f"{DRIVER}-containers/containers.json") + read(f"{DRIVER}-containers/volatile-containers.json")
layer_ids, image_ids, container_ids = unique("layers", layers), unique("images", images), unique("containers", containers)

for layer in layers:
    if layer.get("parent") and layer["parent"] not in layer_ids:
        problems.append(f"layer {layer['id']}: its parent {layer['parent']} has no record")
    if (layer.get("flags") or {}).get("incomplete"):
        problems.append(f"layer {layer['id']} is incomplete")
    if layer.get("diff-digest") and not os.path.exists(os.path.join(ROOT, f"{DRIVER}-layers", f"{layer['id']}.tar-split.gz")):
        problems.append(f"layer {layer['id']}: no tar-split record")
for image in images:
    if image.get("layer") and image["layer"] not in layer_ids:
        problems.append(f"image {image['id']}: its layer {image['layer']} has no record")
    for key in ("manifest",):
        if not os.path.exists(os.path.join(ROOT, f"{DRIVER}-images", image["id"], key)):
            problems.append(f"image {image['id']}: no {key}")
all_names = [name for image in images for name in image.get("names") or []]
for name in {name for name in all_names if all_names.count(name) > 1}:
    problems.append(f"two images are called {name}")

# Files in DRIVER-layers next to the directories with the layers' big data: records, locks and tar-split files.
for name in names(f"{DRIVER}-layers"):
    if name.endswith((".json", ".lock")):
        continue
    if name.removesuffix(".tar-split.gz") not in layer_ids:
        problems.append(f"{DRIVER}-layers: {name} has no record")
    if name.startswith(".tmp"):
        problems.append(f"{DRIVER}-layers: {name} was left behind")
plain = (".json", ".lock")
compare(f"{DRIVER}-images", {n for n in names(f"{DRIVER}-images") if not n.endswith(plain)}, image_ids)
compare(f"{DRIVER}-containers", {n for n in names(f"{DRIVER}-containers") if not n.endswith(plain)}, container_ids)

if DRIVER == "overlay":
    known = {"l", "tempdirs", "staging", "compat"}
    compare("overlay", {n for n in names("overlay") if n not in known and not n.startswith(".")}, layer_ids)
    links = set()
    for layer in layer_ids & names("overlay"):
        try:
            with open(os.path.join(ROOT, "overlay", layer, "link"), encoding="ascii") as file:
                links.add(file.read())
        except FileNotFoundError:
            problems.append(f"overlay/{layer} has no link")
    compare("overlay/l", names("overlay", "l"), links)
else:
    compare("vfs/dir", names("vfs", "dir"), layer_ids)
for place in ((DRIVER, "tempdirs"), (DRIVER, "staging"), ("swiftlet", "staging"), ("swiftlet", "sessions")):
    for name in names(*place):
        problems.append(f"{'/'.join(place)}: {name} was left behind")

for problem in problems:
    print(problem)
