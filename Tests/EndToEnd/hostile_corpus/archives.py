"""Layers and archives that try to escape their root, have wrong sizes, or confuse a reader.

`attacks(outside)` yields (name, bytes of an uncompressed tar). Each archive begins with a valid entry `before`, so that
an incomplete extraction could leave something behind.
"""
import io
import tarfile

BLOCK = 512
UP = "../" * 24


class Archive:
    """A tar archive, entry by entry; names may contain bytes as surrogate escapes."""

    def __init__(self):
        self.file = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.file, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape")
        self.add("before")

    def add(self, name, kind=tarfile.REGTYPE, data=b"planted\n", link="", mode=None, pax=None, device=(0, 0), owner=(0, 0)):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        info.mode = mode if mode is not None else (0o755 if kind == tarfile.DIRTYPE else 0o644)
        info.devmajor, info.devminor = device
        info.uid, info.gid = owner
        info.pax_headers = pax or {}
        if kind == tarfile.REGTYPE:
            info.size = len(data)
        self.tar.addfile(info, io.BytesIO(data) if kind == tarfile.REGTYPE else None)
        return self

    def link(self, name, target):
        return self.add(name, tarfile.SYMTYPE, link=target)

    def hard(self, name, target):
        return self.add(name, tarfile.LNKTYPE, link=target)

    def folder(self, name):
        return self.add(name, tarfile.DIRTYPE)

    def bytes(self):
        self.tar.close()
        return self.file.getvalue()


def header(name=b"a", size=b"00000000000", kind=b"0", mode=b"0000644", owner=b"0000000", time=b"00000000000", link=b"",
           magic=b"ustar\x0000", checksum=None):
    """One header block with the given fields."""
    block = bytearray(BLOCK)
    block[0:len(name)] = name
    block[100:100 + len(mode)] = mode
    block[108:108 + len(owner)] = owner
    block[116:116 + len(owner)] = owner
    block[124:124 + len(size)] = size
    block[136:136 + len(time)] = time
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157:157 + len(link)] = link
    block[257:257 + len(magic)] = magic
    total = sum(block) if checksum is None else checksum
    block[148:156] = b"%06o\0 " % (total & 0o777777)
    return bytes(block)


def entry(data=b"", **fields):
    """A header with padded content."""
    fields.setdefault("size", b"%011o" % len(data))
    return header(**fields) + data + b"\0" * (-len(data) % BLOCK)


def pax(records, kind=b"x"):
    """An extended header with these raw records."""
    return entry(records, name=b"PaxHeaders/a", kind=kind)


def record(key, value):
    """One valid pax record."""
    body = b" " + key + b"=" + value + b"\n"
    length = len(body)
    while len(str(length)) + len(body) != length:
        length = len(str(length)) + len(body)
    return str(length).encode() + body


END = b"\0" * (2 * BLOCK)
BEFORE = entry(b"planted\n", name=b"before")


def path_attacks(outside):
    """Names, links and whiteouts that lead outside."""
    into = outside.lstrip("/")
    names = {
        "dot-dot": UP + into + "/x", "absolute": outside + "/x", "inner-dot-dot": "a/b/../../" + UP + into + "/x",
        "dot-dot-alone": "..", "dot-dot-slash": "../", "root": "/", "dot": ".", "slashes": "///" + into + "/x",
        "trailing-dot-dot": "a/..", "dot-then-up": "./" + UP + into + "/x", "back-slashes": "..\\..\\x",
        "long-component": "n" * 300, "long-path": "d/" * 2100 + "x", "not-utf8": "caf\udce9", "control": "a\x1b[31mb\nc",
    }
    for key, name in names.items():
        yield f"name-{key}", Archive().add(name).bytes()
        yield f"folder-{key}", Archive().folder(name).bytes()
    targets = {"absolute": outside, "relative": UP + into, "root": "/", "up": "..", "proc-root": "/proc/self/root" + outside,
               "proc-cwd": "/proc/self/cwd/" + UP + into, "proc-1": "/proc/1/root" + outside}
    for key, target in targets.items():
        yield f"link-through-{key}", Archive().link("l", target).add("l/planted").bytes()
        yield f"link-folder-through-{key}", Archive().link("l", target).folder("l/d").add("l/d/x").bytes()
        yield f"link-replaced-{key}", Archive().link("l", target + "/canary").add("l", data=b"replaced\n").bytes()
        yield f"link-as-folder-{key}", Archive().link("l", target).folder("l").add("l/planted").bytes()
        yield f"link-whiteout-{key}", Archive().link("l", target).add("l/.wh.canary", data=b"").bytes()
        yield f"link-opaque-{key}", Archive().link("l", target).add("l/.wh..wh..opq", data=b"").bytes()
        yield f"hard-through-{key}", Archive().link("l", target).hard("h", "l/canary").add("h", data=b"replaced\n").bytes()
        yield f"device-through-{key}", Archive().link("l", target).add("l/dev", tarfile.CHRTYPE, device=(1, 3)).bytes()
        yield f"fifo-through-{key}", Archive().link("l", target).add("l/fifo", tarfile.FIFOTYPE).bytes()
        yield f"link-through-link-{key}", Archive().link("l", target).link("l/m", "/").add("l/m/planted").bytes()
    yield "link-chain", Archive().link("a", "b").link("b", "c").link("c", outside).add("a/planted").bytes()
    yield "link-loop", Archive().link("a", "b").link("b", "a").add("a/planted").bytes()
    yield "link-in-parents", Archive().folder("d").link("d/l", UP + into).add("d/l/../l/planted").bytes()
    for key, target in {"absolute": outside + "/canary", "relative": UP + into + "/canary", "missing": "nowhere",
                        "itself": "h", "folder": ".", "up": ".."}.items():
        yield f"hard-{key}", Archive().hard("h", target).add("h", data=b"replaced\n").bytes()
        yield f"hard-link-only-{key}", Archive().hard("h", target).bytes()
    for key, name in {"dot": ".wh..", "dot-dot": ".wh...", "slash": ".wh./", "empty": ".wh.", "prefix": ".wh..wh.x",
                      "opaque-root": ".wh..wh..opq", "opaque-up": "../.wh..wh..opq", "plnk": ".wh..wh.plnk/1",
                      "up": UP + into + "/.wh.canary", "absolute": outside + "/.wh.canary"}.items():
        yield f"whiteout-{key}", Archive().add(name, data=b"").bytes()
        yield f"whiteout-folder-{key}", Archive().folder(name).bytes()
    yield "folder-over-file", Archive().add("x").folder("x").add("x/y").bytes()
    yield "file-over-folder", Archive().folder("x").add("x/y").add("x").bytes()
    yield "below-file", Archive().add("x").add("x/y").bytes()
    yield "set-user-id", Archive().add("s", mode=0o6755).bytes()
    yield "owner-huge", Archive().add("o", owner=(2**31 - 1, 2**31 - 1)).bytes()
    for key in ["trusted.overlay.opaque", "user.overlay.opaque", "trusted.overlay.redirect", "user.overlay.redirect",
                "user.overlay.metacopy", "security.capability", "user.containers.override_stat", "user.overlay.whiteout",
                "system.posix_acl_access", "security.selinux", "user." + "k" * 300]:
        yield f"attribute-{key[:40]}", Archive().folder("d").add("d/f", pax={"SCHILY.xattr." + key: "y"}).bytes()
    for key, kind, device in [("null", tarfile.CHRTYPE, (1, 3)), ("memory", tarfile.CHRTYPE, (1, 1)), ("disk", tarfile.BLKTYPE, (254, 0)),
                              ("whiteout", tarfile.CHRTYPE, (0, 0)), ("huge", tarfile.BLKTYPE, (2**20, 2**20))]:
        yield f"device-{key}", Archive().add("dev", kind, device=device).bytes()


def format_attacks():
    """Headers with false information, and truncated archives."""
    for key, size in {"negative": b"\xff" * 12, "huge-256": b"\x80" + b"\xff" * 11, "exabyte": b"\x80" + b"\0" * 3 + b"\x0f" + b"\xff" * 7,
                      "max-int64": b"\x80\0\0\0\x7f" + b"\xff" * 7, "no-number": b"hello world", "spaces": b" " * 11, "eights": b"88888888888",
                      "octal-max": b"77777777777"}.items():
        for kind in b"0", b"5", b"x", b"g", b"L", b"K", b"S":
            yield f"size-{key}-{kind.decode()}", BEFORE + header(size=size, kind=kind) + END
    for key, value in {"mode": dict(mode=b"zzzzzzz"), "owner": dict(owner=b"\xff" * 8), "time": dict(time=b"\x80" + b"\xff" * 11),
                       "time-negative": dict(time=b"\xff" * 12), "checksum": dict(checksum=1), "magic": dict(magic=b"nonsense"),
                       "kind": dict(kind=b"Z"), "kind-zero": dict(kind=b"\0"), "kind-high": dict(kind=b"\xff"),
                       "empty-name": dict(name=b""), "empty-link": dict(kind=b"2"), "empty-hard": dict(kind=b"1")}.items():
        yield f"field-{key}", BEFORE + entry(b"x", **value) + END
    for key, records in {
            "no-length": b"path=x\n", "zero-length": b"0 path=x\n", "huge-length": b"99999999999999999999 path=x\n", "negative": b"-5 path=x\n",
            "no-equals": b"7 path\n", "no-newline": b"9 path=xy", "nul": record(b"path", b"a\0b"), "empty": record(b"path", b""),
            "size-huge": record(b"size", b"9223372036854775807"), "size-beyond": record(b"size", b"18446744073709551616"),
            "size-negative": record(b"size", b"-1"), "size-word": record(b"size", b"many"), "time-huge": record(b"mtime", b"9" * 40),
            "time-word": record(b"mtime", b"now"), "time-infinite": record(b"mtime", b"inf"), "owner-huge": record(b"uid", b"9" * 30),
            "owner-negative": record(b"uid", b"-1"), "link-up": record(b"linkpath", UP.encode() + b"etc/passwd"),
            "path-up": record(b"path", UP.encode() + b"tmp/x"), "path-absolute": record(b"path", b"/../../x"),
            "sparse-size": record(b"GNU.sparse.major", b"1") + record(b"GNU.sparse.minor", b"0") + record(b"GNU.sparse.realsize", b"9223372036854775807"),
            "sparse-map": record(b"GNU.sparse.size", b"10") + record(b"GNU.sparse.numblocks", b"9999999") + record(b"GNU.sparse.map", b"0,1,"),
            "sparse-overlap": record(b"GNU.sparse.size", b"10") + record(b"GNU.sparse.map", b"0,9223372036854775807,5,9223372036854775807"),
            "charset": record(b"hdrcharset", b"BINARY") + record(b"path", b"\xff\xfe")}.items():
        for kind in b"x", b"g":
            yield f"pax-{key}-{kind.decode()}", BEFORE + pax(records, kind) + entry(b"x") + END
    whole = Archive().add("x", data=b"y" * 2000).bytes()
    for cut in 1, 100, 511, 513, 700, 1024, 1500, 1537, 2600:
        yield f"cut-{cut}", whole[:cut]
    yield "no-end", BEFORE
    yield "one-end-block", BEFORE + b"\0" * BLOCK
    yield "after-end", BEFORE + END + b"garbage" * 200
    yield "extended-without-entry", BEFORE + pax(record(b"path", b"x")) + END
    yield "extended-chain", BEFORE + b"".join(pax(record(b"path", b"x")) for _ in range(50)) + entry(b"x") + END
    yield "long-name-chain", BEFORE + b"".join(entry(b"n" * 400 + b"\0", name=b"././@LongLink", kind=b"L") for _ in range(20)) + entry(b"x") + END
    yield "empty", b""
    yield "text", b"this is no archive\n" * 100
    yield "zeros", b"\0" * 10240


def attacks(outside):
    yield from path_attacks(outside)
    yield from format_attacks()
