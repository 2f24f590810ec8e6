#!/usr/bin/env bats
# history --dockerfile: a Dockerfile that rebuilds an image, from the image's own data.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# Only the instructions: instructions IMAGE [FLAG...]
instructions() { swiftlet history --dockerfile "$@" | grep -v '^#' | grep -v '^$'; }

# The part of a configuration that instructions set, sorted.
configuration() {
    in_config "$1" '.OCIv1.config | del(.Labels["io.buildah.version"])
        | [.User, .ExposedPorts, .Env, .Entrypoint, .Cmd, .Volumes, .WorkingDir, .Labels, .StopSignal, .Healthcheck,
           .OnBuild, .Shell]'
}

# Names, types, modes, owners, sizes and link targets of the files in each layer, without the mount points that Buildah
# leaves behind.
trees() {
    local layer
    for layer in $(layer_files "$1"); do
        echo layer
        tar --numeric-owner --full-time -tvf "$layer" | sed -E 's/ [0-9]{4}-[^ ]+ [^ ]+ / /' |
            { grep -vE '^-.* 0 etc/(hostname|hosts|resolv.conf)$|^d.* (dev|etc|proc|run|sys)/$' || true; } |
            LC_ALL=C sort
    done
}

# Recovers an image, builds the result, and compares: comes_back IMAGE [FLAG...]
comes_back() {
    local image=$1
    swiftlet history --dockerfile "$@" >Recovered
    swiftlet build -q -f Recovered -t again . || fail "does not build" "$(cat Recovered)"
    equal "$(configuration again)" "$(configuration "$image")"
    [ "$(trees again)" = "$(trees "$image")" ] || fail "other files" "$(diff <(trees again) <(trees "$image"))"
}

@test "the walkthrough: FROM, RUN, RUN" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo Hello\nRUN touch my-file'
    run -0 swiftlet build -q -t my-image .
    run -0 instructions my-image
    prints $'FROM localhost/busybox:latest\nRUN echo Hello\nRUN touch my-file'
    run -0 swiftlet history --dockerfile my-image
    matches '# certain: the first layer and the history up to there are the same'
    comes_back my-image
}

@test "images with only RUN and configuration are recovered exactly" {
    dockerfile <<'END'
FROM localhost/busybox
ARG FOO=bar
ARG TWO="two words"
ENV A=1 B="two words" C='it$x' Q="a\"b"
ENV PATH=/opt:$PATH
LABEL l1="v 1" "odd key"=v2
WORKDIR /work
RUN echo $FOO $TWO > foo && \
    echo two >> foo
RUN ["/bin/sh", "-c", "echo exec > exec"]
RUN <<EOF
echo heredoc > here
rm foo
EOF
RUN cat <<'X' > doc && chmod 600 doc
a "quoted" $line
X
RUN chown 5:6 exec && ln -s here link
USER 1:2
EXPOSE 80 443/udp 100-102
VOLUME ["/data", "/v 2"]
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s --retries=2 CMD echo ok || exit 1
ONBUILD RUN echo onbuild
SHELL ["/bin/sh", "-ec"]
CMD echo hi
ENTRYPOINT ["/bin/echo", "a b"]
MAINTAINER me
END
    run -0 swiftlet build -q --format docker -t all .
    comes_back all
}

@test "images of Debian's buildah are recovered, with a layer per step or a single one" {
    dockerfile <<'END'
FROM localhost/busybox
ARG FOO
ENV B="two words"
RUN echo $FOO > foo && \
    echo two >> foo
LABEL l="v 1"
USER 1:2
CMD ["/bin/echo", "a b"]
END
    run -0 buildah bud --isolation chroot --layers --build-arg FOO=bar -t layers .
    comes_back layers
    run -0 instructions layers
    has 'ARG FOO=bar'
    run -0 buildah bud --isolation chroot --layers=false --build-arg FOO=bar -t one .
    comes_back one
    run -0 swiftlet history --dockerfile one
    has 'its changes are in a later layer, together with those of other steps'
    run -0 buildah from --name step localhost/busybox
    run -0 buildah run --isolation chroot step touch /made-by-hand
    run -0 buildah commit step by-hand
    run -0 swiftlet history --dockerfile by-hand
    matches '/made-by-hand \(0 bytes\)'
    has 'ADD layer-2.tar /'
    run -0 buildah rm step
}

@test "COPY and ADD describe the content of their layer" {
    echo hello >a.txt
    mkdir d && echo x >d/x
    tar -cf t.tar d
    dockerfile <<<$'FROM localhost/busybox\nCOPY --chown=3:4 a.txt /one\nCOPY a.txt d /dst/\nADD t.tar /unpacked/'
    run -0 swiftlet build -q -t copies .
    run -0 swiftlet history --dockerfile copies
    has 'COPY --chown=3:4 one /one'
    has 'COPY a.txt x /dst/'
    has 'ADD unpacked.tar /unpacked/'
    matches '# guess: only the destination and the digest of the sources are recorded'
    matches '#     /dst/a.txt \(6 bytes\)'
}

@test "an image in a file or directory, and an explicit base" {
    dockerfile <<<$'FROM localhost/busybox\nRUN touch /elsewhere'
    run -0 swiftlet build -q -t elsewhere .
    run -0 swiftlet push -q elsewhere "oci:$PWD/layout:elsewhere"
    run -0 swiftlet push -q elsewhere "docker-archive:$PWD/archive.tar:elsewhere:1"
    run -0 swiftlet push -q elsewhere "dir:$PWD/dir"
    local place
    for place in "oci:$PWD/layout:elsewhere" "docker-archive:$PWD/archive.tar" "dir:$PWD/dir" \
        containers-storage:elsewhere; do
        run -0 instructions "$place"
        prints $'FROM localhost/busybox:latest\nRUN touch /elsewhere'
    done
    run -0 swiftlet tag localhost/busybox registry.example/base:1
    run -0 instructions --base registry.example/base:1 elsewhere
    prints $'FROM registry.example/base:1\nRUN touch /elsewhere'
    run -0 swiftlet untag localhost/busybox registry.example/base:1
    run -125 swiftlet history --dockerfile --base elsewhere localhost/busybox
    has 'localhost/busybox is not built on elsewhere'
}

@test "an image without a known base begins FROM scratch" {
    run -0 swiftlet history --dockerfile localhost/busybox
    has 'FROM scratch'
    has 'ADD rootfs.tar /'
    matches '#   layer 1, sha256:'
}

@test "a hostile history cannot inject instructions" {
    run -0 swiftlet push -q localhost/busybox "oci:$PWD/evil:evil"
    python3 - "$PWD/evil" <<'END'
import hashlib, json, sys
root = sys.argv[1]
def read(digest): return json.load(open(f"{root}/blobs/{digest.replace(':', '/')}"))
def write(value):
    data = json.dumps(value).encode()
    digest = hashlib.sha256(data).hexdigest()
    open(f"{root}/blobs/sha256/{digest}", "wb").write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}
index = json.load(open(f"{root}/index.json"))
manifest = read(index["manifests"][0]["digest"])
config = read(manifest["config"]["digest"])
texts = ["/bin/sh -c #(nop) USER x\nRUN evil", "x\nRUN evil", "/bin/sh -c true \\", "/bin/sh -c a\x00b\nRUN evil",
         "/bin/sh -c #(nop) ENV A=b\\", "# escape=`", "/bin/sh -c " + "y" * (1 << 15)]
config["history"] += [{"created_by": text, "empty_layer": True} for text in texts]
config["config"]["Labels"] = {"a\nRUN evil": "b\nRUN evil"}
config["config"]["Env"].append("E=x\nRUN evil")
manifest["config"].update(write(config))
index["manifests"][0].update(write(manifest))
json.dump(index, open(f"{root}/index.json", "w"))
END
    swiftlet history --dockerfile "oci:$PWD/evil:evil" >Dockerfile
    # Inside the only heredoc the text belongs to a command, as expected.
    run -0 awk '/^RUN <<EOF/ { inside = 1 } !inside && /^RUN evil/ { print } /^EOF$/ { inside = 0 }' Dockerfile
    prints ''
    : >rootfs.tar
    run swiftlet build --target=none -f Dockerfile .
    has 'the target "none" was not found'
}

@test "conflicting flags" {
    run -125 swiftlet history --dockerfile --json localhost/busybox
    run -125 swiftlet history --base x localhost/busybox
    has '--base requires --dockerfile'
    run -125 swiftlet history --dockerfile no-such-image
    has 'no-such-image: image not known'
}
