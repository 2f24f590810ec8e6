"""Copies the image of an OCI layout with a configuration whose digest begins with given digits, and a variable WHICH.

image_with_id.py LAYOUT NEW-LAYOUT PREFIX WHICH: prints the id.
"""
import hashlib
import json
import pathlib
import shutil
import sys

source, target, prefix, which = sys.argv[1:]
shutil.copytree(source, target)
blobs = pathlib.Path(target, "blobs/sha256")


def write(value):
    data = json.dumps(value).encode()
    name = hashlib.sha256(data).hexdigest()
    (blobs / name).write_bytes(data)
    return {"digest": f"sha256:{name}", "size": len(data)}


index = json.loads(pathlib.Path(target, "index.json").read_text())
manifest = json.loads((blobs / index["manifests"][0]["digest"][7:]).read_text())
config = json.loads((blobs / manifest["config"]["digest"][7:]).read_text())
config["config"].setdefault("Env", []).append(f"WHICH={which}")
number = 0
while True:
    config["config"]["Labels"] = {"number": str(number)}
    digest = hashlib.sha256(json.dumps(config).encode()).hexdigest()
    if digest.startswith(prefix):
        break
    number += 1
manifest["config"].update(write(config))
index["manifests"][0].update(write(manifest))
pathlib.Path(target, "index.json").write_text(json.dumps(index))
print(digest)
