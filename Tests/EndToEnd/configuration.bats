#!/usr/bin/env bats
# The files of containers-config(5), and what their keys do. Each test adds files to those of the machine.
# runs as: user root

load support/session
load support/layout
load support/registries

setup_file() {
    begin_store
    cat >"$BATS_FILE_TMPDIR/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$STORE/graph"
runroot = "$STORE/run"
CONF
}
teardown_file() {
    stop_servers
    end_store
}
setup() { enter_new_directory; }

# The store of this file, as storage.conf has it, so that the options in files count.
configured() { CONTAINERS_STORAGE_CONF=$BATS_FILE_TMPDIR/storage.conf command swiftlet "$@"; }

# Adds lines to storage.conf for the following commands.
storage_conf() { cat >more.conf && export CONTAINERS_STORAGE_CONF_OVERRIDE=$PWD/more.conf; }

# Replaces containers.conf for the following commands; the network is that of the other tests.
containers_conf() {
    { cat; [ -z "${CONTAINERS_CONF_OVERRIDE:-}" ] || cat "$SUPPORT/host-network.conf"; } >all.conf
    merge_sections <all.conf >merged.conf
    export CONTAINERS_CONF=$PWD/merged.conf
}

# TOML allows each section once.
merge_sections() {
    awk '/^\[/ { section = $0; if (!(section in lines)) order[++count] = section; next }
        { lines[section] = lines[section] $0 "\n" }
        END { for (i = 1; i <= count; i++) printf "%s\n%s", order[i], lines[order[i]] }'
}

@test "info --config lists the files in the order in which they are read, and the source of each key" {
    storage_conf <<<$'# a comment\n[storage.options]\nskip_mount_home = "true"\n'
    export HOME=$PWD XDG_CONFIG_HOME=
    mkdir -p .config/containers/containers.conf.d
    printf '[containers]\ntz = "UTC"\nnonsense = 1\n' >.config/containers/containers.conf
    printf '[containers]\ntz = "local"\n' >.config/containers/containers.conf.d/50-own.conf
    configured info --config >out
    holds out ".\"storage.conf\".files == [\"$BATS_FILE_TMPDIR/storage.conf\", \"$PWD/more.conf\"]"
    holds out ".\"storage.conf\".keys.\"storage.options.skip_mount_home\".source == \"$PWD/more.conf:3\""
    holds out ".\"containers.conf\".files[0] == \"$PWD/.config/containers/containers.conf\""
    holds out ".\"containers.conf\".keys.\"containers.tz\" == {\"value\": \"local\",
        \"source\": \"$PWD/.config/containers/containers.conf.d/50-own.conf:2\", \"treatment\": \"obeyed\"}"
    holds out '."containers.conf".keys."containers.nonsense".treatment == "unknown"'
}

@test "a file that is named but missing is an error" {
    local variable
    for variable in CONTAINERS_CONF CONTAINERS_CONF_OVERRIDE CONTAINERS_STORAGE_CONF_OVERRIDE; do
        run -125 env "$variable=/no/such/file" CONTAINERS_STORAGE_CONF="$BATS_FILE_TMPDIR/storage.conf" swiftlet images
        has "/no/such/file: no such file"
    done
}

@test "options that are not implemented are refused with file and line; --root discards them" {
    local line
    for line in 'size = "1G"' 'force_mask = "shared"' 'use_composefs = "true"' 'mountopt = "nodev,odd"'; do
        storage_conf <<<"[storage.options.overlay]"$'\n'"$line"
        run -125 configured images
        has "$PWD/more.conf:2:1: storage.options.overlay.${line%% *}: "
        swiftlet images >/dev/null
    done
    storage_conf <<<$'[storage]\nimagestore = "/elsewhere"'
    run -125 configured images
    has "$PWD/more.conf:2:1: storage.imagestore: a separate image store is not supported"
    run -125 swiftlet --imagestore /elsewhere images
    has "a separate image store is not supported"
}

@test "driver_priority chooses the driver of a new store" {
    printf '[storage]\ngraphroot = "%s"\nrunroot = "%s"\ndriver_priority = ["zfs", "vfs"]\n' "$PWD/new/graph" \
        "$STORE/new" >new.conf
    CONTAINERS_STORAGE_CONF=$PWD/new.conf run -0 command swiftlet info --format '{{.store.GraphDriverName}}'
    prints vfs
    as_owner rm -rf new "$STORE/new"
}

@test "mountopt restricts the root of containers" {
    storage_conf <<<$'[storage.options.overlay]\nmountopt = "nodev,nosuid,metacopy=on"'
    run -0 configured container run --rm localhost/busybox grep ' / ' /proc/self/mounts
    has nodev
    has nosuid
    unset CONTAINERS_STORAGE_CONF_OVERRIDE
    run -0 configured container run --rm localhost/busybox grep ' / ' /proc/self/mounts
    lacks nosuid
}

@test "ignore_chown_errors gives files of owners that are not mapped to the user" {
    is_root && skip "root has all ids"
    python3 - <<'PY'
import io, tarfile
with tarfile.open("root.tar", "w") as tar:
    entry = tarfile.TarInfo("foreign"); entry.uid = entry.gid = 2000000000; entry.size = 1
    tar.addfile(entry, io.BytesIO(b"x"))
PY
    command swiftlet image copy -q "tarball:root.tar" oci:layout:foreign
    run -125 configured pull -q oci:layout:foreign
    has "is not mapped"
    storage_conf <<<$'[storage.options]\nignore_chown_errors = "true"'
    run -0 configured pull -q oci:layout:foreign
}

@test "additional image stores are read and never written" {
    local before
    swiftlet tag localhost/busybox localhost/shared:1
    before=$(cd "$STORE/graph" && find overlay overlay-images overlay-layers ! -name '*.lock' | sort)
    mkdir own
    cat >own.conf <<CONF
[storage]
driver = "overlay"
graphroot = "$PWD/own/graph"
runroot = "$PWD/own/run"
[storage.options]
additionalimagestores = ["$STORE/graph"]
CONF
    export CONTAINERS_STORAGE_CONF=$PWD/own.conf
    run -0 command swiftlet images
    has localhost/shared
    run -0 command swiftlet container run --rm localhost/shared:1 echo from the other store
    prints "from the other store"
    printf 'FROM localhost/shared:1\nRUN echo new >/new\n' >Dockerfile
    command swiftlet build -q -t localhost/upon .
    run -0 command swiftlet container run --rm localhost/upon cat /new
    prints new
    run -125 command swiftlet rmi localhost/shared:1
    has "in an additional store"
    # Names are this store's own.
    command swiftlet tag localhost/shared:1 localhost/renamed:2
    run -0 command swiftlet container run --rm localhost/renamed:2 echo renamed
    prints renamed
    command swiftlet rmi localhost/renamed:2 localhost/shared:1
    run -0 command swiftlet images
    has localhost/shared
    lacks localhost/renamed
    run -0 command swiftlet container run --rm localhost/shared:1 echo still there
    prints "still there"
    run -0 command swiftlet system check
    unset CONTAINERS_STORAGE_CONF
    [ "$(cd "$STORE/graph" && find overlay overlay-images overlay-layers ! -name '*.lock' | sort)" = "$before" ]
    run -0 swiftlet images
    lacks localhost/upon
    as_owner rm -rf own
}

@test "a transient store forgets its containers with the run root, and keeps its images" {
    local flags=(--root "$PWD/t/graph" --runroot "$STORE/t" --storage-driver overlay)
    swiftlet push -q localhost/busybox oci:base:x
    run -0 command swiftlet "${flags[@]}" pull -q oci:base:x
    command swiftlet "${flags[@]}" --transient-store from --name gone "$output"
    run -0 command swiftlet "${flags[@]}" --transient-store containers -q
    [ "${#lines[@]}" = 1 ]
    [ -s "$STORE/t/overlay-containers/volatile-containers.json" ]
    command swiftlet "${flags[@]}" --transient-store run gone true
    as_owner rm -rf "$STORE/t"
    run -0 command swiftlet "${flags[@]}" --transient-store containers -q
    prints ""
    run -0 command swiftlet "${flags[@]}" --transient-store images -q
    [ "${#lines[@]}" = 1 ]
    as_owner rm -rf t "$STORE/t"
}

@test "container run does what containers.conf says, unless a flag says otherwise" {
    mkdir data more
    echo data >data/file
    containers_conf <<CONF
[containers]
annotations = ["configured=yes"]
container_name_as_hostname = true
env = ["A=configured"]
env_host = true
init = true
mounts = ["type=tmpfs,destination=/configured"]
oom_score_adj = 500
read_only = true
tz = "UTC"
volumes = ["$PWD/data:/data:ro"]
default_ulimits = ["nofile=100:200"]
[engine]
stop_timeout = 3
CONF
    export ONLY_HERE=passed
    run -0 in_image --name named localhost/busybox sh -c 'hostname; echo $A $ONLY_HERE; cat /data/file; ulimit -n
        cat /proc/self/oom_score_adj; grep -c " /configured tmpfs" /proc/self/mounts; ls /etc/localtime'
    prints $'named\nconfigured passed\ndata\n100\n500\n1\n/etc/localtime'
    run ! in_image localhost/busybox touch /denied
    run -0 in_image --read-only=false --env-host=false --ulimit nofile=50:60 --ulimit core=0 -v "$PWD/more:/more" \
        localhost/busybox sh -c 'touch /allowed; echo "[$ONLY_HERE]"; ulimit -n; ls /data 2>/dev/null | wc -l'
    prints $'[]\n50\n0'
    id=$(swiftlet container create localhost/busybox true)
    swiftlet container inspect "$id" >out
    holds out '.[0].Config.Annotations.configured == "yes" and .[0].Config.StopTimeout == 3'
    holds out '.[0].HostConfig.ReadonlyRootfs and .[0].HostConfig.Init'
    swiftlet container rm "$id"
}

@test "container run takes privileges, volumes, policies and addresses from containers.conf" {
    printf 'FROM localhost/busybox\nVOLUME /volume\n' >Dockerfile
    swiftlet build -q -t localhost/volumes .
    containers_conf <<CONF
[containers]
http_proxy = false
privileged = true
[engine]
image_volume_mode = "tmpfs"
pull_policy = "never"
[network]
default_host_ips = ["127.0.0.1"]
CONF
    http_proxy=http://proxy.invalid run -0 in_image localhost/volumes sh -c \
        'echo "[$http_proxy]"; grep -c " /volume tmpfs" /proc/self/mounts; grep Seccomp: /proc/self/status'
    prints $'[]\n1\nSeccomp:\t0'
    run -125 in_image registry.invalid/missing true
    lacks "no such host"
    id=$(swiftlet container create -p 8080:80 localhost/busybox true 2>/dev/null)
    swiftlet container inspect "$id" >out
    holds out '.[0].HostConfig.PortBindings."80/tcp" == [{"HostIp": "127.0.0.1", "HostPort": "8080"}]'
    holds out '.[0].HostConfig.Privileged'
    swiftlet container rm "$id"
}

@test "keys that container run cannot honour are errors there, with file and line, and nowhere else" {
    containers_conf <<<$'[containers]\ncgroup_conf = ["memory.high=1G"]'
    run -125 in_image localhost/busybox true
    has "$PWD/merged.conf:2:1: containers.cgroup_conf: "
    swiftlet build -q - <<<$'FROM localhost/busybox\nRUN true'
    containers_conf <<<$'[containers]\nuserns = "auto"'
    run -125 swiftlet build -q - <<<$'FROM localhost/busybox\nRUN true'
    has "$PWD/merged.conf:2:1: containers.userns: "
    swiftlet images >/dev/null
}

@test "a container's name makes its host name" {
    containers_conf <<<$'[containers]\ncontainer_name_as_hostname = true'
    run -0 in_image --name some_name.x localhost/busybox hostname
    prints somename.x
    swiftlet from --name working_one localhost/busybox
    run -0 swiftlet run working_one hostname
    prints workingone
    run -0 swiftlet run --hostname other working_one hostname
    prints other
    swiftlet rm working_one
}

@test "add_compression is an error where lists are pushed" {
    swiftlet manifest create listed localhost/busybox
    containers_conf <<<$'[engine]\nadd_compression = ["zstd"]'
    run -125 swiftlet manifest push listed oci:pushed
    has "$PWD/merged.conf:2:1: engine.add_compression: "
    swiftlet manifest rm listed
}

@test "default_ulimits count at run, also for containers made before" {
    swiftlet from --name before localhost/busybox
    containers_conf <<<$'[containers]\ndefault_ulimits = ["nofile=77:88"]'
    run -0 swiftlet run before sh -c 'ulimit -n'
    prints 77
    swiftlet rm before
}

@test "mounts.conf gives containers copies of the host's files" {
    mkdir -p secrets/directory
    echo key >secrets/directory/file
    chmod 604 secrets/directory/file
    ln -s /nowhere secrets/dangling
    ln -s directory secrets/link
    printf '%s\n' "# comment" "$PWD/secrets:/run/secrets" "$PWD/secrets" /does/not/exist:/x >mounts.conf
    run -0 swiftlet --default-mounts-file mounts.conf container run --rm localhost/busybox sh -c \
        'stat -c %a /run/secrets/directory/file; cat /run/secrets/link/file; ls /run/secrets; echo changed >/run/secrets/new'
    prints $'604\nkey\ndirectory\nlink'
    [ ! -e secrets/new ]
    printf 'FROM localhost/busybox\nRUN cat %s/directory/file && echo x >/run/secrets/y\n' "$PWD/secrets" >Dockerfile
    swiftlet --default-mounts-file mounts.conf build -q -t localhost/mounted .
    run -0 in_image localhost/mounted sh -c 'ls /run/secrets 2>/dev/null | wc -l'
    prints 0
    run -125 swiftlet --default-mounts-file missing container run --rm localhost/busybox true
    has "missing: no such file"
}

@test "engine.env sets variables that are not set" {
    containers_conf <<<$'[engine]\nenv = ["FROM_ENGINE=one", "TAKEN=two"]'
    TAKEN=own run -0 in_image --env-host localhost/busybox sh -c 'echo $FROM_ENGINE $TAKEN'
    prints "one own"
}

@test "push compresses as containers.conf says" {
    containers_conf <<<$'[engine]\ncompression_format = "zstd"'
    swiftlet push -q localhost/busybox oci:zstd:x
    run -0 jq -r '.layers[0].mediaType' "zstd/blobs/$(jq -r '.manifests[0].digest' zstd/index.json | tr : /)"
    prints application/vnd.oci.image.layer.v1.tar+zstd
    swiftlet push -q --compression-format gzip localhost/busybox oci:gzip:x
    run -0 jq -r '.layers[0].mediaType' "gzip/blobs/$(jq -r '.manifests[0].digest' gzip/index.json | tr : /)"
    prints application/vnd.oci.image.layer.v1.tar+gzip
}

@test "a runtime directory of another user, or none, does not matter" {
    is_root && skip "root's store is elsewhere"
    local directory
    for directory in /run/user/0 /run/user/99999 /dev/null; do
        XDG_RUNTIME_DIR=$directory command swiftlet --root "$STORE/graph" --storage-driver overlay images >/dev/null
    done
    run -125 env HOME=/nonexistent swiftlet images
    has "the store's directory /nonexistent/.local/share/containers/storage cannot be made"
    env -u HOME -u XDG_RUNTIME_DIR swiftlet --root "$STORE/graph" --storage-driver overlay images >/dev/null
}

@test "login does not need the runtime directory of another user" {
    is_root && skip "root may write anywhere"
    start_registry plain
    export HOME=$PWD
    XDG_RUNTIME_DIR=/run/user/0 env -u REGISTRY_AUTH_FILE swiftlet login --tls-verify=false -u me -p word \
        "127.0.0.1:$(port_of plain)"
    holds .config/containers/auth.json '.auths | length == 1'
}

@test "a variable without a name is refused" {
    run -125 in_image -e =value localhost/busybox true
    has "invalid environment variable"
}

@test "devices of CDI are added by run, build and container run" {
    mkdir cdi
    cat >cdi/sample.yaml <<YAML
cdiVersion: 0.7.0
kind: example.com/sample
devices:
  - name: all
    containerEdits:
      env:
      - SAMPLE=on
      mounts:
      - containerPath: /dev/sample.yaml
        hostPath: $PWD/cdi/sample.yaml
        options: [ro, nosuid, nodev, bind]
YAML
    cat >cdi/plain.yaml <<YAML
cdiVersion: 0.7.0
kind: example.com/plain
devices:
- name: one
  containerEdits:
    mounts:
    - containerPath: /dev/plain.yaml
      hostPath: $PWD/cdi/plain.yaml
      options:
      - ro
      - nosuid
      - nodev
      - bind
YAML
    run -0 in_image --cdi-config-dir cdi --device example.com/sample=all localhost/busybox sh -c \
        'echo $SAMPLE; head -n 1 /dev/sample.yaml'
    prints $'on\ncdiVersion: 0.7.0'
    printf 'FROM localhost/busybox\nRUN head -n 2 /dev/sample.yaml >/copy\n' >Dockerfile
    swiftlet build -q --cdi-config-dir cdi --device example.com/sample=all -t localhost/cdi .
    run -0 in_image localhost/cdi cat /copy
    has example.com/sample
    swiftlet from --name sampled localhost/busybox
    run -0 swiftlet run --cdi-config-dir cdi --device example.com/sample=all sampled cat /dev/sample.yaml
    has example.com/sample
    swiftlet rm sampled
    swiftlet from --cdi-config-dir cdi --device example.com/plain=one --name plain localhost/busybox
    run -0 swiftlet run plain cat /dev/plain.yaml
    has example.com/plain
    swiftlet rm plain
    run -125 swiftlet from --cdi-config-dir cdi --device example.com/sample=all localhost/busybox
    has "variables cannot be stored"
    run -125 in_image --cdi-config-dir cdi --device example.com/other=all localhost/busybox true
    has 'there is no device "example.com/other=all"'
}

@test "BUILD_REGISTRY_SOURCES restricts the registries of builds" {
    export BUILD_REGISTRY_SOURCES='{"blockedRegistries": ["registry.invalid"]}'
    run -125 swiftlet pull registry.invalid/x
    has 'registry "registry.invalid" denied by policy: it is in the blocked registries list'
    run -125 swiftlet push localhost/busybox docker://registry.invalid/x
    has 'registry "registry.invalid" denied by policy: it is in the blocked registries list'
    export BUILD_REGISTRY_SOURCES='{"allowedRegistries": ["elsewhere.invalid"]}'
    run -125 swiftlet build -q - <<<$'FROM registry.invalid/x'
    has 'registry "registry.invalid" denied by policy: not in allowed registries list'
}

@test "credential helpers of registries.conf are asked in order" {
    mkdir bin
    cat >bin/docker-credential-test <<'SH'
#!/bin/sh
cat >>"$ASKED"
echo '{"ServerURL":"x","Username":"someone","Secret":"word"}'
SH
    chmod 755 bin/docker-credential-test
    printf 'credential-helpers = ["containers-auth.json", "test"]\n' >registries.conf
    ASKED=$PWD/asked CONTAINERS_REGISTRIES_CONF=$PWD/registries.conf PATH=$PWD/bin:$PATH REGISTRY_AUTH_FILE='' \
        run -125 swiftlet pull --retry 0 127.0.0.1:1/x
    equal "$(cat asked)" 127.0.0.1:1
}
