#!/usr/bin/env bats
# What the store keeps and what it lets go: containers of other tools, layers that nothing uses, races, checks and repairs.
# runs as: user root

load support/session
load support/layout

setup_file() {
    begin_short_store
    export PODMAN_FACE=$BATS_FILE_TMPDIR/podman-face
    mkdir -p "$PODMAN_FACE"
    ln -sf "$(type -P swiftlet)" "$PODMAN_FACE/podman"
}
teardown_file() {
    podman rm -f -a -t 0 >/dev/null 2>&1 || true
    end_short_store
}
setup() { enter_new_directory; }
teardown() {
    podman rm -f -a -t 0 >/dev/null 2>&1 || true
    buildah rm -a >/dev/null 2>&1 || true
    swiftlet container rm -f -a >/dev/null 2>&1 || true
}

# The tool under Podman's name.
podman_face() { "$PODMAN_FACE/podman" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" "$@"; }

limits() { if is_root; then echo --ulimit nofile=1024:1024 --ulimit nproc=1024:1024; fi; }

# shellcheck disable=SC2046
podman_runs() { podman run -d --name "$1" --network host $(limits) "${2:-localhost/busybox}" sleep 600 >/dev/null; }

# A command in a running container of Podman's; its files are there.
still_works() {
    run -0 podman exec "$1" sh -c 'ls /bin | wc -l; echo written >/file; cat /file'
    has written
    different "${lines[0]}" 0
}

layer_count_in_store() { jq length "$STORE/graph/$DRIVER-layers/layers.json"; }

# --- Containers of other tools ----------------------------------------------------------------------------------------

@test "no command removes the files of Podman's running container" {
    local id
    swiftlet build -q --no-cache -t private - <<<"FROM localhost/busybox
RUN echo private >/private"
    podman_runs r localhost/private
    id=$(podman inspect r --format '{{.Id}}')
    run -0 swiftlet untag private
    run -0 swiftlet prune -f
    still_works r
    run -0 swiftlet prune -a -f
    still_works r
    run -0 podman exec r cat /private
    prints private
    local image
    image=$(podman inspect r --format '{{.Image}}')
    for face in swiftlet podman_face; do
        run "$face" rmi -f "$image"
        different "$status" 0
        has "made by another tool"
        run "$face" rmi -a -f
        different "$status" 0
        run "$face" container rm -f r
        different "$status" 0
        has "made by another tool"
        run "$face" container rm r
        different "$status" 0
        run -0 "$face" container prune -f
        still_works r
    done
    run swiftlet rm r
    different "$status" 0
    run swiftlet rm -a
    run -0 podman_face image prune -a -f
    run swiftlet rmi --prune
    run swiftlet system check --repair --force --max 0s
    still_works r
    run -0 podman exec r cat /private
    prints private
    # And Podman ends it as ever.
    run -0 podman rm -f -t 0 r
    make_base
}

@test "a container that Podman mounted is in use" {
    podman create --name mounted localhost/busybox true >/dev/null
    if is_root; then
        podman mount mounted >/dev/null
        run swiftlet container rm -f mounted
        different "$status" 0
        has "is mounted"
        podman umount mounted
    else
        podman unshare podman --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" \
            mount mounted >/dev/null
        run swiftlet container rm -f mounted
        different "$status" 0
        has "is mounted"
        podman unshare podman --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" umount mounted
    fi
    run -0 swiftlet container rm -f mounted
    has "another tool made"
}

@test "Podman's created and stopped containers protect their image from prune; force reports what it removes" {
    podman create --name made localhost/busybox true >/dev/null
    # shellcheck disable=SC2046
    podman run --name ended --network host $(limits) localhost/busybox true
    run -0 swiftlet prune -a -f
    run -0 podman_face image prune -a -f
    run -0 podman image exists localhost/busybox
    run swiftlet container rm made
    own_failure
    has "another tool"
    # Under Podman's name only what Podman can undo.
    run podman_face rm -f made
    different "$status" 0
    run podman_face rmi -f localhost/busybox
    different "$status" 0
    run -0 podman start -a ended
    run -0 swiftlet container rm -f made
    has "Warning: removed the files of container made"
    run -0 swiftlet rmi -f localhost/busybox
    has "Warning: removed the files of container ended"
    run -0 podman rm -f made ended
    make_base
}

@test "Buildah's working containers protect their image from prune" {
    local name
    name=$(buildah from localhost/busybox)
    run -0 swiftlet prune -a -f
    run -0 podman_face image prune -a -f
    run -0 swiftlet rm "$name"
    name=$(buildah from localhost/busybox)
    run swiftlet rmi localhost/busybox
    different "$status" 0
    run -0 swiftlet rmi -f localhost/busybox
    make_base
}

# --- Layers -----------------------------------------------------------------------------------------------------------

@test "repeatedly failing builds leave no layer after prune" {
    local before round
    swiftlet prune -f
    before=$(layer_count_in_store)
    dockerfile <<'END'
FROM localhost/busybox
RUN head -c 3000000 /dev/urandom >/a
RUN false
END
    for round in 1 2 3; do
        run swiftlet build --no-cache .
        different "$status" 0
    done
    run -0 swiftlet prune -f
    equal "$(layer_count_in_store)" "$before"
    store_is_sound
}

@test "a step that is replaced in the cache is removed by the next collection" {
    local round
    dockerfile <<'END'
FROM localhost/busybox
RUN head -c 3000 /dev/urandom >/a
RUN false
END
    for round in 1 2 3; do run swiftlet build --no-cache .; done
    # The layer that the cache names, and no other.
    run -0 swiftlet rmi --prune
    equal "$(layer_count_in_store)" "$(swiftlet inspect localhost/busybox | jq '.OCIv1.rootfs.diff_ids | length')"
}

@test "killed builds leave no layer after prune" {
    local round pid before
    swiftlet prune -f
    before=$(layer_count_in_store)
    dockerfile <<'END'
FROM localhost/busybox
RUN head -c 3000 /dev/urandom >/a
RUN head -c 3000 /dev/urandom >/b
RUN sleep 20
END
    for round in 1 2 3; do
        start_swiftlet build --no-cache . >log 2>&1 &
        pid=$!
        for _ in $(seq 200); do grep -q 'STEP 4' log && break; sleep 0.05; done
        kill -9 "$pid"
        wait "$pid" 2>/dev/null || true
    done
    run -0 swiftlet prune -f
    equal "$(layer_count_in_store)" "$before"
    store_is_sound
}

@test "another tool's layers that belong to no image yet are kept" {
    # What a pull of Podman's looks like between its layers and its image: a layer with a record and without a user.
    local layers=$STORE/graph/$DRIVER-layers/layers.json id
    mkdir files
    echo pulled >files/file
    buildah bud -q --isolation chroot -t localhost/pulled -f - files <<<"FROM scratch
COPY file /"
    id=$(jq -r '.[] | select(.names | index("localhost/pulled:latest")) | .layer' "$STORE/graph/$DRIVER-images/images.json")
    as_owner python3 - "$STORE/graph/$DRIVER-images/images.json" <<'END'
import json, sys
with open(sys.argv[1]) as file: images = json.load(file)
with open(sys.argv[1], "w") as file: json.dump([i for i in images if "localhost/pulled:latest" not in (i.get("names") or [])], file)
END
    as_owner find "$STORE/graph/$DRIVER-images" -mindepth 1 -maxdepth 1 -type d -newer files -exec rm -r {} +
    run -0 swiftlet prune -a -f
    run -0 jq -e --arg id "$id" 'any(.id == $id)' "$layers"
    # One that old is no pull any more.
    run -0 swiftlet system check
    run swiftlet system check --max 0s
    own_failure
    has "$id is not used by any image or container"
    run -0 swiftlet system check --max 0s --repair
    run -1 jq -e --arg id "$id" 'any(.id == $id)' "$layers"
    make_base
}

@test "prune deletes cache mounts, partial transfers and compression results" {
    local room=$STORE/graph/swiftlet
    dockerfile <<'END'
FROM localhost/busybox
RUN --mount=type=cache,target=/c head -c 100000 /dev/urandom >/c/data
END
    run -0 swiftlet build --no-cache .
    run -0 swiftlet push -q --compression-format gzip localhost/busybox "dir:$PWD/pushed"
    as_owner mkdir -p "$room/partial" "$room/uploads" "$room/compressed"
    as_owner sh -c "echo x >'$room/partial/x'; echo x >'$room/uploads/x'; echo x >'$room/compressed/x'"
    run -0 swiftlet prune
    run as_owner find "$room/cache-mounts" "$room/partial" "$room/uploads" "$room/compressed" -type f -size +0
    lacks /data
    lacks /x
}

@test "prune keeps a cache that a step is using" {
    local pid
    dockerfile <<'END'
FROM localhost/busybox
RUN --mount=type=cache,target=/c echo kept >/c/file; echo ready; for i in $(seq 100); do [ -e /c/go ] && break; sleep 0.1; done; cat /c/file
END
    start_swiftlet build --no-cache . >log 2>&1 &
    pid=$!
    for _ in $(seq 200); do grep -qx ready log && break; sleep 0.05; done
    run -0 swiftlet prune
    # shellcheck disable=SC2016
    as_owner sh -c 'for cache in "$1"/*/; do touch "$cache/go"; done' sh "$STORE/graph/swiftlet/cache-mounts"
    wait "$pid" || fail "the build failed" "$(cat log)"
    grep -qx kept log
    run -0 swiftlet prune
    run as_owner find "$STORE/graph/swiftlet/cache-mounts" -mindepth 1 -not -name '*.lock'
    prints ""
}

# --- Two processes ------------------------------------------------------------------------------------------------------

@test "a name survives concurrent rmi, prune and images once tag has succeeded" {
    local round
    cat >file <<<content
    dockerfile <<'END'
FROM scratch
COPY file /
END
    for round in $(seq 10); do
        swiftlet build -q -t aa . >/dev/null
        swiftlet rmi aa >/dev/null 2>rmi.log & local removing=$!
        swiftlet prune -f >/dev/null 2>prune.log & local pruning=$!
        swiftlet images -a >/dev/null 2>images.log & local listing=$!
        if swiftlet tag aa bb 2>/dev/null; then
            wait "$removing" || true
            swiftlet image exists bb || fail "round $round: bb was promised and is not there"
            swiftlet rmi bb >/dev/null
        fi
        wait "$removing" || true
        wait "$pruning" || fail "round $round: prune" "$(cat prune.log)"
        wait "$listing" || fail "round $round: images" "$(cat images.log)"
        swiftlet rmi -f aa >/dev/null 2>&1 || true
    done
    store_is_sound
}

@test "rmi --prune concurrent with rmi --prune, rmi -a and builds: removed objects are ignored" {
    local round job
    echo content >file
    for round in $(seq 4); do
        for job in 1 2 3 4; do
            swiftlet build -q --no-cache --label "n=$job" -f - . >/dev/null <<<"FROM scratch
COPY file /f$job"
        done
        swiftlet rmi --prune >/dev/null 2>one.log & local one=$!
        swiftlet rmi --prune >/dev/null 2>two.log & local two=$!
        swiftlet images -a >/dev/null 2>three.log & local three=$!
        wait "$one" || fail "$(cat one.log)"
        wait "$two" || fail "$(cat two.log)"
        wait "$three" || fail "$(cat three.log)"
    done
    store_is_sound
}

# --- Checking -----------------------------------------------------------------------------------------------------------

@test "system check finds nothing in a sound store, and reports every kind of damage" {
    local layer image link
    run -0 swiftlet system check --deep
    prints ""
    run -0 podman_face system check
    swiftlet build -q --no-cache -t victim - <<<"FROM localhost/busybox
RUN echo content >/content"
    image=$(swiftlet inspect victim | jq -r .FromImageID)
    layer=$(jq -r --arg id "$image" '.[] | select(.id == $id) | .layer' "$STORE/graph/$DRIVER-images/images.json")

    # Data without a record.
    as_owner mkdir "$STORE/graph/$DRIVER/$(printf 'a%.0s' $(seq 64))"
    run swiftlet system check
    own_failure
    has "directory of an unknown layer"
    run -0 swiftlet system check --repair
    run -0 swiftlet system check

    # A short name that got lost.
    link=$(as_owner cat "$STORE/graph/$DRIVER/$layer/link")
    as_owner rm "$STORE/graph/$DRIVER/l/$link"
    run swiftlet system check
    own_failure
    run -0 swiftlet system check --repair
    has "Mended layer: $layer"
    run -0 in_image victim cat /content
    prints content

    # Content that changed: only reading it tells.
    as_owner sh -c "echo changed >'$STORE/graph/$DRIVER/$layer/diff/content'"
    run -0 swiftlet system check
    run swiftlet system check --deep
    own_failure
    has "Damaged layer $layer"
    has "Damaged image $image"
    run podman_face system check
    different "$status" 0
    run -0 podman_face system check --quick
    run -0 swiftlet system check --deep --repair
    has "Deleted damaged image: $image"
    run -0 swiftlet system check --deep
    run -0 podman images
    has localhost/busybox
    lacks victim
    store_is_sound
}

@test "a damaged image in use is only removed with force" {
    local image
    swiftlet build -q --no-cache -t victim - <<<"FROM localhost/busybox
RUN echo content >/content"
    image=$(swiftlet inspect victim | jq -r .FromImageID)
    swiftlet from --name worker victim
    as_owner rm "$STORE/graph/$DRIVER-images/$image/manifest"
    run swiftlet system check --repair
    own_failure
    has "still present"
    run -0 swiftlet system check --repair --force
    has "Deleted damaged container"
    run -0 podman images
    lacks victim
    store_is_sound
}

# --- Lost tables ------------------------------------------------------------------------------------------------------

@test "an empty or missing table of records removes nothing" {
    mkdir kept
    printf 'FROM localhost/busybox\nRUN echo kept >/kept\n' >kept/Dockerfile
    swiftlet build -q --network host -t localhost/kept kept
    run -0 swiftlet from --name precious localhost/kept
    local table graph
    graph=$(graphroot)
    for table in "$graph"/overlay-layers/layers.json "$graph"/overlay-images/images.json \
        "$graph"/overlay-containers/containers.json; do
        as_owner cp "$table" "$table.saved"
        as_owner sh -c ": >'$table'"
        run swiftlet prune -f
        own_failure
        has "is empty"
        as_owner rm "$table"
        run swiftlet prune -f
        run swiftlet system check --repair
        as_owner mv "$table.saved" "$table"
    done
    run -0 in_image localhost/kept cat /kept
    prints kept
    run -0 swiftlet run precious cat /kept
    prints kept
    run -0 swiftlet rm precious
    run -0 swiftlet rmi localhost/kept
    store_is_sound
}

@test "an image whose layer has no record hides no other" {
    mkdir damaged
    printf 'FROM localhost/busybox\nRUN echo %s >/x\n' "$RANDOM" >damaged/Dockerfile
    swiftlet build -q --network host -t localhost/damaged damaged
    local table
    table=$(graphroot)/overlay-layers/layers.json
    as_owner cp "$table" "$table.saved"
    as_owner python3 - "$table" <<'PY'
import json, sys
with open(sys.argv[1]) as file:
    layers = json.load(file)
parents = {layer.get("parent") for layer in layers}
with open(sys.argv[1], "w") as file:
    json.dump([layer for layer in layers if layer["id"] in parents], file)
PY
    run -0 swiftlet images
    has localhost/damaged
    has localhost/busybox
    as_owner mv "$table.saved" "$table"
    run -0 swiftlet rmi localhost/damaged
    store_is_sound
}
