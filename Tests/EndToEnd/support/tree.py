#!/usr/bin/env python3
"""Prints a file tree, one line per file: path, kind, mode, owner, size, content, link target, attributes, hard links.

usage: tree.py ROOT [--without-content REGEX]

Times are omitted. Trees with equal lines are equivalent to their users. --without-content matches paths whose content
differs between runs (logs, caches); the rest of their lines is kept.
"""
import hashlib
import os
import re
import stat
import sys

ROOT = sys.argv[1]
VOLATILE = re.compile(sys.argv[3]) if len(sys.argv) > 3 else None
KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link", stat.S_IFIFO: "fifo",
         stat.S_IFCHR: "character-device", stat.S_IFBLK: "block-device", stat.S_IFSOCK: "socket"}
# Attributes in which a storage driver keeps its own data are not part of the image.
OURS = ("user.overlay.", "trusted.overlay.", "security.selinux")


def attributes(path):
    found = []
    for name in sorted(os.listxattr(path, follow_symlinks=False)):
        if not name.startswith(OURS):
            found.append(f"{name}={os.getxattr(path, name, follow_symlinks=False).hex()}")
    return ",".join(found)


def digest(path):
    result = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            result.update(block)
    return result.hexdigest()[:16]


def paths():
    yield "."
    for folder, directories, files in os.walk(ROOT):
        for name in directories + files:
            yield os.path.relpath(os.path.join(folder, name), ROOT)


groups = {}
lines = []
for path in sorted(paths(), key=os.fsencode):
    full = os.path.join(ROOT, path)
    status = os.lstat(full)
    kind = KINDS[stat.S_IFMT(status.st_mode)]
    line = [repr(os.fsencode(path))[2:-1], kind, oct(stat.S_IMODE(status.st_mode)), f"{status.st_uid}:{status.st_gid}"]
    if kind == "file":
        if VOLATILE and VOLATILE.search("/" + path):
            line.append("volatile")
        else:
            line += [str(status.st_size), digest(full)]
        if status.st_nlink > 1:
            # All hard links are represented by the file's first name.
            line.append("same-as=" + groups.setdefault((status.st_dev, status.st_ino), path))
    elif kind == "link":
        line.append("-> " + os.readlink(full))
    elif kind.endswith("device"):
        line.append(f"{os.major(status.st_rdev)},{os.minor(status.st_rdev)}")
    if found := attributes(full):
        line.append(found)
    lines.append(" ".join(line))
sys.stdout.buffer.write(("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
