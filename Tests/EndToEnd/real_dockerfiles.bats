#!/usr/bin/env bats
# Dockerfiles as people write them, on Debian: the result equals that of the real buildah, and it runs.
# runs as: user root

load support/session
load support/layout

# The packages, with what else they need: maintainer scripts (all), users and groups (cron, at, dbus, openssh-client), setuid
# and setgid files (sudo, at, cron, dbus, openssh-client), file capabilities (iputils-ping), hard links (bzip2).
PACKAGES="sudo iputils-ping libcap2-bin cron at less netbase bash-completion bzip2 dbus openssh-client"
# What packages write into these differs from run to run: logs, caches, random identifiers, times.
VOLATILE='^/var/log/|^/var/cache/apt/(src)?pkgcache\.bin$|^/var/cache/ldconfig/aux-cache$|^/etc/machine-id$|^/var/lib/dbus/machine-id$|^/etc/shadow-?$'

setup_file() {
    begin_short_store
    make_debian
}
teardown_file() { end_short_store; }
setup() { enter_new_directory; }

# --- The bases, made once --------------------------------------------------------------------------------------------

sources() {
    local file
    for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
        if [ -s "$file" ]; then
            echo "$file"
            return
        fi
    done
    echo "deb http://deb.debian.org/debian bookworm main"
}

# In $DEBIAN: minbase.tar, gcc.tar (the same with a compiler) and debs/ (PACKAGES with all that minbase lacks for them).
make_debian() {
    export DEBIAN=$BATS_RUN_TMPDIR/debian
    if [ ! -e "$DEBIAN/done" ]; then
        mkdir -p "$DEBIAN/debs"
        local compiler
        mmdebstrap --quiet --variant=minbase --include=gcc,libc6-dev bookworm "$DEBIAN/gcc.tar" "$(sources)" \
            >"$DEBIAN/gcc.log" 2>&1 &
        compiler=$!
        mmdebstrap --quiet --variant=minbase \
            --customize-hook="mkdir -p \"\$1/debs/partial\"; APT_CONFIG=\"\$MMDEBSTRAP_APT_CONFIG\" apt-get -y -q \
                --no-install-recommends --download-only -o APT::Sandbox::User=root -o Dir::Cache::Archives=\"\$1/debs\" \
                install $PACKAGES" \
            --customize-hook="copy-out /debs $DEBIAN" --customize-hook='rm -rf "$1/debs"' \
            bookworm "$DEBIAN/minbase.tar" "$(sources)" >"$DEBIAN/minbase.log" 2>&1 ||
            fail "mmdebstrap:" "$(cat "$DEBIAN/minbase.log")"
        wait "$compiler" || fail "mmdebstrap with gcc:" "$(cat "$DEBIAN/gcc.log")"
        touch "$DEBIAN/done"
    fi
    make_image_of_tar debian "$DEBIAN/minbase.tar"
}

make_image_of_tar() {
    local directory
    directory=$(mktemp -d "$BATS_FILE_TMPDIR/XXXXXX")
    ln "$2" "$directory/root.tar" 2>/dev/null || cp "$2" "$directory/root.tar"
    dockerfile "$directory/Dockerfile" <<<$'FROM scratch\nADD root.tar /\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nCMD ["/bin/bash"]'
    ${3:-swiftlet} bud -q -t "localhost/$1" ${4:-} "$directory"
}

# --- Comparing -------------------------------------------------------------------------------------------------------

# The files of an image as a list, through buildah's eyes: tree_of IMAGE FILE
tree_of() {
    cat >list <<'SCRIPT'
#!/bin/bash -e
buildah=$1 image=$2 support=$3 volatile=$4
container=$($buildah from --pull-never "$image")
python3 "$support/tree.py" "$($buildah mount "$container")" --without-content "$volatile"
$buildah umount "$container" >/dev/null
$buildah rm "$container" >/dev/null
SCRIPT
    local tool="buildah --root $STORE/graph --runroot $STORE/run --storage-driver $DRIVER"
    if is_root; then
        bash -e list "$tool" "$1" "$SUPPORT" "$VOLATILE" >"$2"
    else
        command buildah unshare bash -e list "$tool" "$1" "$SUPPORT" "$VOLATILE" >"$2"
    fi
    [ -s "$2" ] || fail "$1 has no files"
}

# The root directory itself is left out: of ADD's archive, buildah does not apply what it says about that.
same_trees() {
    tree_of "$1" tree.swiftlet
    tree_of "$2" tree.buildah
    sed -i '/^\. directory /d' tree.swiftlet tree.buildah
    # The mount point of the sandbox, empty, which buildah leaves behind.
    sed -i '/^etc\/hosts file 0o755 0:0 0 /d' tree.buildah
    diff -U0 tree.buildah tree.swiftlet >difference || fail "buildah's tree (-) and swiftlet's (+):" "$(cat difference)"
}

# What of a configuration tools agree on; buildah adds a label with its version.
settings_of() {
    in_config "$1" '.OCIv1 | [.architecture, .os, (.config | del(.Labels["io.buildah.version"]) | if .Labels == {} then del(.Labels) else . end)]'
}

# --- Tests -------------------------------------------------------------------------------------------------------------

@test "a Debian root file system from a tar file: the same files as in buildah's image" {
    run -0 make_image_of_tar debian-by-buildah "$DEBIAN/minbase.tar" buildah "--isolation=chroot"
    same_trees debian debian-by-buildah
    [ "$(wc -l <tree.swiftlet)" -gt 3000 ] || fail "only $(wc -l <tree.swiftlet) files"
    # As with BuildKit, an image from scratch has a working directory.
    equal "$(settings_of debian | sed 's|,"WorkingDir":"/"||')" "$(settings_of debian-by-buildah)"
    run -0 in_image debian sh -c '. /etc/os-release; echo $VERSION_CODENAME; dpkg --audit; id -u _apt'
    prints $'bookworm\n42'
}

@test "packages, users, setuid files, capabilities: files and configuration equal buildah's" {
    cp "$DEBIAN"/debs/*.deb .
    [ "$(ls ./*.deb | wc -l)" -ge 12 ] || fail "too few packages:" "$(ls)"
    dockerfile <<'DOCKERFILE'
FROM localhost/debian
ENV DEBIAN_FRONTEND=noninteractive
COPY *.deb /tmp/
RUN --network=none apt-get install -y /tmp/*.deb && rm /tmp/*.deb
RUN useradd --create-home --shell /bin/bash --groups sudo joe && \
    echo 'joe ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/joe && chmod 0440 /etc/sudoers.d/joe
RUN install -o joe -g joe -m 4750 /bin/true /usr/local/bin/own && ln /usr/local/bin/own /usr/local/bin/same && \
    cp /bin/true /usr/local/bin/capable && setcap cap_net_bind_service,cap_chown+ep /usr/local/bin/capable && \
    rm -r /usr/share/bash-completion/completions && mkdir /usr/share/bash-completion/completions && \
    mkfifo -m 600 /home/joe/fifo && ln -s own /usr/local/bin/link && touch "/opt/a name with spaces" && \
    chown 1234:5678 /opt && chmod 3775 /opt && mkdir /data
LABEL maintainer="someone" purpose=test
EXPOSE 22 53/udp
VOLUME /data
WORKDIR /home/joe
USER joe
RUN test "$(sudo -n id -u)" = 0 && sudo -n touch /made-by-root && touch made-by-joe
ENTRYPOINT ["/bin/bash", "-c"]
CMD ["id -un"]
DOCKERFILE
    # Debian's older buildah does not know RUN --network: the same for it, for the whole build.
    sed 's/^RUN --network=none/RUN/' Dockerfile >Dockerfile.buildah
    run -0 swiftlet build --no-cache -t packages .
    run -0 buildah bud --isolation chroot --layers --no-cache -f Dockerfile.buildah -t packages-by-buildah .

    run -0 in_image packages
    prints joe
    run -0 in_image --entrypoint /bin/bash packages -c 'sudo -n id -u; /usr/sbin/getcap /usr/bin/ping /usr/local/bin/capable
        stat -c "%a %U:%G %h" /usr/bin/sudo /usr/local/bin/own /usr/local/bin/same /bin/bzip2 /usr/bin/crontab
        sudo -n dpkg --audit; stat -c %U /home/joe/made-by-joe /made-by-root; ls /usr/share/bash-completion/completions | wc -l'
    has_line 0
    has_line "/usr/bin/ping cap_net_raw=ep"
    has_line "/usr/local/bin/capable cap_chown,cap_net_bind_service=ep"
    has_line "4755 root:root 1"
    has_line "4750 joe:joe 2"
    has_line "755 root:root 3"
    has_line "2755 root:crontab 1"

    same_trees packages packages-by-buildah
    grep -q "security.capability" tree.swiftlet || fail "no capabilities in the tree"
    equal "$(settings_of packages)" "$(settings_of packages-by-buildah)"
    store_is_sound
}

@test "that image is unchanged after push and pull" {
    tree_of packages before
    swiftlet push -q packages oci:layout:localhost/packages:copy
    is_layout layout
    swiftlet rmi -f packages
    swiftlet pull -q oci:layout:localhost/packages:copy
    tree_of localhost/packages:copy after
    diff -U0 before after >difference || fail "before (-) and after (+):" "$(cat difference)"
}

@test "a C program compiled in one stage runs in an otherwise empty image" {
    run -0 make_image_of_tar debian-gcc "$DEBIAN/gcc.tar"
    cat >hello.c <<'C'
#include <stdio.h>
int main(int count, char **words) { printf("hello %s from %s\n", count > 1 ? words[1] : "world", MESSAGE); return 7; }
C
    dockerfile <<'DOCKERFILE'
FROM localhost/debian-gcc AS compile
WORKDIR /src
COPY hello.c .
ARG MESSAGE=nowhere
RUN mkdir -p /out/bin && gcc -Os -static -s -DMESSAGE="\"$MESSAGE\"" -o /out/bin/hello hello.c

FROM scratch
COPY --from=compile --chmod=0555 /out /
ENTRYPOINT ["/bin/hello"]
CMD ["nobody"]
DOCKERFILE
    run -0 swiftlet build --build-arg MESSAGE=scratch -t hello .
    run -0 buildah bud --isolation chroot --layers --build-arg MESSAGE=scratch -t hello-by-buildah .
    run -7 in_image hello
    prints "hello nobody from scratch"
    run -7 in_image hello swiftlet
    prints "hello swiftlet from scratch"
    equal "$(layer_count hello)" 1
    equal "$(last_layer_names hello)" $'bin\nbin/hello'
    same_trees hello hello-by-buildah

    run podman_run hello-by-buildah
    if [ "$status" -ne 7 ]; then skip "podman cannot run even buildah's image here: $output"; fi
    run -7 podman_run hello podman
    prints "hello podman from scratch"
}

@test "FROM scratch starts with the same configuration as in buildah, and a working directory" {
    echo one >file
    dockerfile <<<$'FROM scratch\nCOPY file /\nCMD ["/file"]'
    run -0 swiftlet build -t settings .
    run -0 buildah bud -t settings-by-buildah .
    equal "$(settings_of settings | sed 's|,"WorkingDir":"/"||')" "$(settings_of settings-by-buildah)"
    equal "$(swiftlet inspect --type image --format '{{.OCIv1.Config.WorkingDir}}' settings)" /
}
