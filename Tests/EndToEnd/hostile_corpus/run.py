#!/usr/bin/env python3
"""Runs swiftlet with the generated hostile corpus and counts violations.

usage: run.py FAMILY -- SWIFTLET [GLOBAL FLAG...]      FAMILY: archives, documents or contexts

Works in the current directory. A directory `outside` next to the cases contains a canary, which must not be changed or
read into an image. Each case is one command with a time limit of 20 seconds. Prints a line for each violation, and
finally `N cases: E escapes, T traps, H hangs, W half-written, S silent`. Exit code 1 if any count is not 0.

escape        something outside changed, or the built image contains the canary's text
trap          the command died from a signal, or with an exit code that stands for one
hang          it took more than 20 seconds
half-written  it failed, but there are new images; or it was to print an id, but the image does not exist
silent        it failed without exactly one line that begins with Error
"""
import os
import shutil
import subprocess
import sys
import tarfile

import archives
import contexts
import documents

FAMILY, TOOL = sys.argv[1], sys.argv[3:]
WORK = os.getcwd()
OUTSIDE = os.path.join(WORK, "outside")
CANARY = b"canary: these bytes stay outside\n"
LIMIT = 20
faults = {"escapes": [], "traps": [], "hangs": [], "half-written": [], "silent": []}


def swiftlet(*arguments, **options):
    return subprocess.run([*TOOL, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT, **options)


def outside_now():
    """The state of everything outside that a case could change."""
    found = []
    for path, folders, files in os.walk(OUTSIDE):
        for name in folders + files:
            status = os.lstat(os.path.join(path, name))
            found.append((name, status.st_mode, status.st_uid, status.st_gid, status.st_nlink, status.st_size, status.st_mtime_ns))
    with open(os.path.join(OUTSIDE, "canary"), "rb") as file:
        return sorted(found), file.read()


def images():
    return sorted(swiftlet("images", "-a", "-q", "--no-trunc").stdout.split())


def judge(name, run):
    """Runs one case; `run` returns the completed command."""
    before, images_before = outside_now(), images()
    try:
        result = run()
    except subprocess.TimeoutExpired:
        faults["hangs"].append(name)
        return
    if outside_now() != before:
        faults["escapes"].append(name)
    if result.returncode < 0 or result.returncode >= 128 or b"Fatal error" in result.stderr:
        faults["traps"].append(f"{name} ({result.returncode})")
    if b"these bytes stay outside" in result.stdout + result.stderr:
        faults["escapes"].append(f"{name}: quoted")
    if result.returncode == 0:
        swiftlet("rmi", "-a", "-f") if FAMILY == "documents" else swiftlet("rmi", "-f", "hostile")
    else:
        if images() != images_before:
            faults["half-written"].append(name)
        if b"Error" not in result.stderr:
            faults["silent"].append(name)


def in_fresh_directory(name):
    path = os.path.join(WORK, name)
    subprocess.run(["rm", "-rf", path], check=True)
    os.makedirs(path)
    return path


def archive_cases():
    """Each archive twice: as a pulled layer, and as an archive unpacked by ADD."""
    for name, data in archives.attacks(OUTSIDE):
        def pull(data=data):
            path = in_fresh_directory("layout")
            layout = documents.Layout()
            layout.blobs = [data]
            layout.layer.update(mediaType=documents.OCI + "layer.v1.tar", digest=documents.digest_of(data), size=len(data))
            layout.config["rootfs"]["diff_ids"] = [documents.digest_of(data)]
            layout.write(path)
            pulled = swiftlet("pull", "-q", f"oci:{path}:image")
            if pulled.returncode == 0:
                swiftlet("rmi", "-f", pulled.stdout.decode().strip())
            return pulled

        def add(data=data):
            path = in_fresh_directory("context")
            contexts.write(os.path.join(path, "evil.tar"), data)
            contexts.write(os.path.join(path, "Dockerfile"), contexts.FROM + b"ADD evil.tar /\n")
            return swiftlet("build", "-q", "-t", "hostile", path)

        yield f"pull: {name}", pull
        yield f"ADD: {name}", add


def document_cases():
    for name, make in documents.attacks():
        def pull(make=make):
            path = in_fresh_directory("layout")
            make(os.path.join(path, "l"))
            return swiftlet("pull", "-q", f"oci:{path}/l:image")

        def from_archive(make=make):
            path = in_fresh_directory("layout")
            make(os.path.join(path, "l"))
            with tarfile.open(os.path.join(path, "archive.tar"), "w") as archive:
                archive.add(os.path.join(path, "l"), ".")
            inspected = swiftlet("image", "inspect", f"oci-archive:{path}/archive.tar")
            tree = swiftlet("image", "copy", "-q", f"oci-archive:{path}/archive.tar", f"dir:{path}/dir")
            return inspected if inspected.returncode < 0 else tree

        yield f"pull: {name}", pull
        yield f"copy: {name}", from_archive


def context_cases():
    for name, make in contexts.attacks(OUTSIDE):
        def build(make=make):
            path = in_fresh_directory("context")
            make(path)
            return swiftlet("build", "--no-cache", "--network", "host", "-t", "hostile", path)

        yield name, build


def main():
    os.makedirs(OUTSIDE, exist_ok=True)
    contexts.write(os.path.join(OUTSIDE, "canary"), CANARY)
    os.chmod(OUTSIDE, 0o777)
    os.chmod(os.path.join(OUTSIDE, "canary"), 0o666)
    count = 0
    for name, run in {"archives": archive_cases, "documents": document_cases, "contexts": context_cases}[FAMILY]():
        count += 1
        judge(name, run)
    for kind, names in faults.items():
        for name in names:
            print(f"{kind}: {name}")
    print(f"{count} cases: " + ", ".join(f"{len(names)} {kind}" for kind, names in faults.items()))
    shutil.rmtree(OUTSIDE)
    return any(faults.values())


if __name__ == "__main__":
    sys.exit(main())
