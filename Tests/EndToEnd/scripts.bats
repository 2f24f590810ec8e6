#!/usr/bin/env bats
# examples/scripts with swiftlet and with the real buildah: the images have the same files, owners, modes and configuration.
# runs as: user

load support/session

# Logs, caches and the like differ from run to run.
VOLATILE='^/var/log/|^/var/cache/|^/etc/shadow-?$|^/var/lib/dpkg/status-old$'

setup_file() {
    begin_store
    make_debian_files
    export OURS=$STORE THEIRS
    THEIRS=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/sl.XXXXXX")
    make_tool "$OURS" "$(type -P swiftlet)"
    make_tool "$THEIRS" "$(type -P buildah)"
    local name place
    for name in busybox debian; do
        place=$BATS_RUN_TMPDIR/scripts-debian
        [ "$name" = debian ] || place=$BATS_RUN_TMPDIR/busybox
        add_mount_points "$place" "$name"
        "$OURS/tool" build -q -f Dockerfile.scripts -t "localhost/$name" "$place"
        # Buildah derives a name from a layout's path, which must not contain capitals.
        cd "$BATS_FILE_TMPDIR" || return
        "$OURS/tool" push -q "localhost/$name" "oci:$name:$name" >/dev/null
        "$THEIRS/tool" tag "$("$THEIRS/tool" pull -q "oci:$name:$name")" "localhost/$name"
    done
}

teardown_file() {
    end_store
    as_owner rm -rf "$THEIRS"
}

setup() { enter_new_directory; }

# One Debian root and a few packages for all tests in this file.
make_debian_files() {
    local place=$BATS_RUN_TMPDIR/scripts-debian source
    [ ! -e "$place/done" ] || return 0
    mkdir -p "$place/debs"
    for source in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do [ ! -s "$source" ] || break; done
    mmdebstrap --quiet --variant=essential \
        --customize-hook='mkdir -p "$1/debs/partial"; APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -y -q \
            --no-install-recommends --download-only -o APT::Sandbox::User=root -o Dir::Cache::Archives="$1/debs" \
            install less netbase' \
        --customize-hook="copy-out /debs $place" --customize-hook='rm -rf "$1/debs"' \
        bookworm "$place/root.tar" "$source" >"$place/log" 2>&1 || fail "mmdebstrap:" "$(cat "$place/log")"
    printf 'debs\nlog\n' >"$place/.dockerignore"
    touch "$place/done"
}

# A base with buildah's mount points: in others, buildah leaves such files and directories behind.
add_mount_points() {
    mkdir -p "$1/points"/{dev,proc,run,sys,etc}
    touch "$1/points/etc"/{hosts,hostname,resolv.conf}
    printf 'FROM scratch\nADD root.tar /\nCOPY points /\nENV PATH=%s\nCMD ["%s"]\n' \
        /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh >"$1/Dockerfile.scripts"
}

make_tool() {
    printf '#!/bin/sh\nexec %q --root %q --runroot %q --storage-driver %q "$@"\n' "$2" "$1/graph" "$1/run" "$DRIVER" \
        >"$1/tool"
    chmod 755 "$1/tool"
}

# Runs a script with one tool, in a separate store.
run_script() {
    BUILDAH="$1/tool" BUILDAH_ISOLATION=chroot DEBS="$BATS_RUN_TMPDIR/scripts-debian/debs" "$EXAMPLES/scripts/$2"
}

# The files and the configuration of an image in a store, as seen by buildah.
image_facts() {
    cat >facts <<'SCRIPT'
#!/bin/bash -e
container=$("$1" from --pull-never "$2")
# Every tool sets a different mode on the root directory itself.
python3 "$3/tree.py" "$("$1" mount "$container")" --without-content "$4" | tail -n +2
"$1" umount "$container" >/dev/null
"$1" rm "$container" >/dev/null
SCRIPT
    chmod 755 facts
    local eyes=("$(type -P buildah)" --root "$1/graph" --runroot "$1/run" --storage-driver "$DRIVER")
    printf '#!/bin/sh\nexec %s "$@"\n' "$(printf '%q ' "${eyes[@]}")" >eyes
    chmod 755 eyes
    if is_root; then ./facts "$PWD/eyes" "$2" "$SUPPORT" "$VOLATILE"; else
        "${eyes[@]}" unshare ./facts "$PWD/eyes" "$2" "$SUPPORT" "$VOLATILE"
    fi
    "${eyes[@]}" inspect --type image "$2" | python3 "$SUPPORT/image_config.py"
}

# Runs a script with both tools and compares the resulting images.
same_images() {
    local script=$1 image
    shift
    run_script "$OURS" "$script" >ours.log 2>&1 || fail "$script with swiftlet:" "$(cat ours.log)"
    run_script "$THEIRS" "$script" >theirs.log 2>&1 || fail "$script with buildah:" "$(cat theirs.log)"
    for image in "$@"; do
        image_facts "$OURS" "localhost/$image" >ours
        image_facts "$THEIRS" "localhost/$image" >theirs
        grep -q '"type"' ours || fail "there is nothing to compare for $image"
        diff ours theirs || fail "$script: $image differs"
    done
    equal "$("$OURS/tool" containers -q)" ""
}

@test "01: the first image" { same_images 01-first-image first-image; }

@test "02: a multi-stage build in bash" { same_images 02-multi-stage multi-stage; }

@test "03: Debian packages from a directory" { same_images 03-debian-packages debian-packages; }

@test "04: a static binary into scratch" { same_images 04-static-binary static-binary; }

@test "05: a language runtime" { same_images 05-language-runtime language-runtime; }

@test "06: copying with ownership" { same_images 06-ownership ownership; }

@test "07: files through a mount" { same_images 07-mount mounted; }

@test "08: squashing" {
    same_images 08-squash layered squashed
    equal "$("$OURS/tool" inspect squashed | jq '.OCIv1.rootfs.diff_ids | length')" 1
}

@test "09: a manifest list of two platforms" {
    same_images 09-manifest-list platforms-amd64 platforms-arm64
    local filter='[.manifests[] | .platform] | sort'
    equal "$("$OURS/tool" manifest inspect localhost/platforms | jq -c "$filter")" \
        "$("$THEIRS/tool" manifest inspect localhost/platforms | jq -c "$filter")"
}

@test "10: a Dockerfile with additional steps" { same_images 10-dockerfile from-dockerfile; }

@test "11: archives in and out" { same_images 11-archives from-archives; }

@test "12: a service in Docker's format" { same_images 12-service service; }
