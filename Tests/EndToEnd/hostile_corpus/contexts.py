"""Hostile build contexts and Dockerfiles.

`attacks(outside)` yields (name, make): `make(path)` fills the context directory; `path/Dockerfile` is built. Its first
line is FROM localhost/busybox, unless that line is part of the attack.
"""
import os

FROM = b"FROM localhost/busybox\n"
UP = "../" * 24
# Prints everything that was reached; the runner searches the output.
SHOW = "RUN cat /got /got/* /got/*/* 2>/dev/null; true\n"


def write(path, data):
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogateescape")
    with open(path, "wb") as file:
        file.write(data)


def dockerfile(text, before=lambda path: None):
    def make(path):
        before(path)
        write(os.path.join(path, "Dockerfile"), text if isinstance(text, bytes) else FROM + text.encode("utf-8", "surrogateescape"))
    return make


def links(outside):
    """Fills a context with links that lead outside, and a directory of such links."""
    def make(path):
        os.makedirs(os.path.join(path, "dir"))
        for folder in "", "dir":
            os.symlink(outside, os.path.join(path, folder, "out"))
            os.symlink(outside + "/canary", os.path.join(path, folder, "file"))
            os.symlink(UP + outside.lstrip("/"), os.path.join(path, folder, "relative"))
            os.symlink("/proc/self/root" + outside, os.path.join(path, folder, "proc"))
        # A link with the lossy conversion of a non-UTF-8 name, next to that name itself.
        os.makedirs(os.path.join(os.fsencode(path), b"caf\xe9"))
        write(os.path.join(os.fsencode(path), b"caf\xe9", b"inside"), b"inside\n")
        os.symlink(outside, os.path.join(path, "caf\ufffd"))
        os.symlink(b"caf\xe9", os.path.join(os.fsencode(path), b"to-latin1"))
    return make


def attacks(outside):
    led = links(outside)
    for source in "out", "out/canary", "file", "relative/canary", "proc/canary", "dir/out/canary", "caf\ufffd/canary", "../outside/canary", "/../canary", "to-latin1", "caf\udce9":
        for instruction in f"COPY {source} /got", f"ADD {source} /got", f"COPY --link {source} /got", f"COPY --parents {source} /got":
            yield f"read: {instruction}", dockerfile(instruction + "\n" + SHOW, led)
        for kind in "bind", "bind,rw":
            yield f"mount: {kind} {source}", dockerfile(
                f"RUN --mount=type={kind},source={source},target=/got echo x >/got/planted; " + SHOW[4:], led)
            yield f"cache from the context: {source}", dockerfile(
                f"RUN --mount=type=cache,from=localhost/busybox,source={source},target=/got echo x >/got/planted; " + SHOW[4:], led)
    for target in "/got/../../../..", "../../../../..", "/l/x", "/l", "/proc/x", "/dev/x", "/sys/x":
        yield f"write: COPY to {target}", dockerfile(f"RUN ln -s {outside} /l\nCOPY good {target}\n", lambda path: write(os.path.join(path, "good"), "good\n"))
        yield f"write: WORKDIR {target}", dockerfile(f"RUN ln -s {outside} /l\nWORKDIR {target}\nRUN echo x >planted || true\n")
        yield f"write: mount at {target}", dockerfile(f"RUN ln -s {outside} /l\nRUN --mount=type=tmpfs,target={target} true\n")
        yield f"write: cache at {target}", dockerfile(f"RUN ln -s {outside} /l\nRUN --mount=type=cache,target={target} echo x >{target}/planted || true\n")
        yield f"write: volume at {target}", dockerfile(f"RUN ln -s {outside} /l\nVOLUME {target}\nRUN true\n")
    for option in ("bind-propagation=rw", "bind-propagation=shared,rw", "rw,bind-propagation=unbindable", "ro=false", "size=1", "mode=9999", "uid=-1", "uid=4294967296",
                   "gid=x", "from=../..", "from=/", "id=../../x", "id=/", "sharing=all", "type=cache", "target=", "source=", "Z", "suid", "dev", "relabel=private,dev",
                   "readonly,exec", "tmpcopyup", "required=maybe", "env=\x00", "unknown=1", "=", ","):
        for kind in "bind", "cache", "tmpfs", "secret", "ssh":
            yield f"option: {kind} {option!r}", dockerfile(f"RUN --mount=type={kind},target=/got,{option} true\n".replace("\x00", "\\0"), led)
    for text in ("USER ../../x", "USER 4294967295", "USER 99999999999999999999", "USER -1", "USER :", "USER a:b:c", "USER nobody:../../etc/group",
                 "COPY --chown=99999999999999999999 Dockerfile /x", "COPY --chown=-1 Dockerfile /x", "COPY --chown=: Dockerfile /x", "COPY --chmod=99999 Dockerfile /x",
                 "COPY --chmod=-1 Dockerfile /x", "COPY --from=../.. /x /y", "COPY --from=0 /x /y", "COPY --from=99 /x /y", "COPY --from=-1 /x /y", "ADD --checksum=sha256:x Dockerfile /x",
                 "ADD file:///etc/passwd /x", "ADD ftp://127.0.0.1/x /x", "ADD http://127.0.0.1:1/x /x", "ADD https://[::1/x /x", "EXPOSE 99999", "EXPOSE 1-65535/udp", "EXPOSE -1",
                 "EXPOSE 5-1", "STOPSIGNAL 999", "STOPSIGNAL x\x1b[31m", "HEALTHCHECK --interval=1e99s CMD x", "HEALTHCHECK --retries=99999999999999999999 CMD x",
                 "HEALTHCHECK --interval=-1s CMD x", "ENV =x", "ENV a", "ENV a=${", "ENV a=${b:-${c:-${d:-x}}}", "ARG", "ARG =", "LABEL a=\"", "SHELL []", "SHELL x", "SHELL [1]",
                 "VOLUME [\"\"]", "VOLUME", "ONBUILD ONBUILD RUN x", "ONBUILD FROM x", "ONBUILD", "CMD [\"a\", 1]", "ENTRYPOINT [", "RUN <<E", "RUN <<E\nx", "COPY <<../../x /y\nz\n../../x",
                 "COPY <<E ../../../../../../tmp/x\nz\nE", "RUN --network=container:x true", "RUN --network=ns:/proc/1/ns/net true", "RUN --security=insecure true", "RUN --device=/dev/sda true",
                 "RUN --mount", "RUN --mount= true", "RUN --mount=type=proc true", "WORKDIR", "WORKDIR \x1b]0;x\x07", "FROM", "FROM a b", "FROM scratch AS ../x", "FROM oci:/etc AS x",
                 "FROM containers-storage:[vfs@/tmp/x]y", "FROM dir:/etc", "FROM docker-archive:/dev/zero", "FROM \x1b[31mred", "MAINTAINER \x1b[31m", "NONSENSE \x1b[31m",
                 "COPY a\x00b /x", "# escape=x\nRUN true", "COPY --exclude=[ . /x", "COPY --exclude=" + "*" * 400 + " . /x", "COPY [!]* /x", "COPY " + "*" * 300 + "x /x",
                 "ENV a=" + "${a}" * 2000, "ENV " + " ".join(f"v{n}=${{v{n - 1}}}${{v{n - 1}}}" for n in range(1, 40)), "RUN " + "\\\n" * 50000 + "true",
                 "COPY " + "a " * 20000 + "/x/", "LABEL " + "a=b " * 20000):
        yield f"text: {text[:60]!r}", dockerfile(text + "\n")
    for key, raw in {"empty": b"", "nul": FROM + b"RUN a\0b\n", "binary": bytes(range(256)) * 4, "utf16": "FROM localhost/busybox".encode("utf-16"), "no-newline": b"FROM",
                     "only-comments": b"# x\n" * 10000, "latin1": FROM + b"LABEL a=\xe9\nCOPY caf\xe9/inside /x\n", "carriage": b"FROM localhost/busybox\r\nRUN true\r\n",
                     "long-line": FROM + b"LABEL a=" + b"x" * 2000000, "many-stages": b"FROM scratch\n" * 5000, "bom": b"\xef\xbb\xbf" + FROM + b"RUN true\n",
                     "heredocs": FROM + b"RUN <<A <<B <<C\na\nA\nb\nB\nc\n", "directive": b"# syntax=../../../x\n# escape=`\n" + FROM}.items():
        yield f"file: {key}", dockerfile(raw, led)
    special = {"link-out": lambda p: os.symlink(outside + "/canary", p), "link-up": lambda p: os.symlink(UP + outside.lstrip("/") + "/canary", p), "fifo": os.mkfifo,
               "folder": os.mkdir, "zero": lambda p: os.symlink("/dev/zero", p), "tty": lambda p: os.symlink("/dev/tty", p), "loop": lambda p: os.symlink(os.path.basename(p), p),
               "dangling": lambda p: os.symlink("nowhere", p)}
    for key, make in special.items():
        def as_dockerfile(path, make=make):
            make(os.path.join(path, "Dockerfile"))
        yield f"Dockerfile is {key}", as_dockerfile
        for name in ".dockerignore", ".containerignore", "Dockerfile.dockerignore":
            def as_ignore_file(path, make=make, name=name):
                make(os.path.join(path, name))
                write(os.path.join(path, "Dockerfile"), FROM + b"COPY . /x\n")
            yield f"{name} is {key}", as_ignore_file
        def as_source(path, make=make):
            make(os.path.join(path, "thing.tar"))
            write(os.path.join(path, "Dockerfile"), FROM + b"ADD thing.tar /x\n")
        yield f"added archive is {key}", as_source
    for key, text in {"nul": b"a\0b\n", "bracket": b"[\n", "stars": b"*" * 5000 + b"\n", "many": b"!a\nb\n" * 20000, "up": b"../../x\n!../../y\n", "binary": bytes(range(256))}.items():
        def with_ignore(path, text=text):
            write(os.path.join(path, ".dockerignore"), text)
            write(os.path.join(path, "Dockerfile"), FROM + b"COPY . /x\n")
        yield f"ignore: {key}", with_ignore
