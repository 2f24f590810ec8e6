#!/usr/bin/env bats
# overlay and vfs give one and the same root for an image, whatever the order and kind of the entries of its layers.
# runs as: user root

load support/session

setup_file() {
    begin_store overlay
    export OVERLAY=$STORE
    begin_store vfs
    export VFS=$STORE
    cp "$SUPPORT/random_layers.py" "$SUPPORT/tree.py" "$BATS_FILE_TMPDIR/"
    # Compares images, an overlay store against a vfs store, within one user and mount namespace.
    cat >"$BATS_FILE_TMPDIR/compare" <<'EOF'
#!/bin/bash
# compare OVERLAY VFS LAYOUT: prints what differs.
tree() {
    swiftlet --root "$1/graph" --runroot "$1/run" --storage-driver "$2" mount "$3" >place || return
    # Another name of a file may be hidden.
    python3 tree.py "$(cat place)" | sed 's/ same-as=[^ ]*//'
    swiftlet --root "$1/graph" --runroot "$1/run" --storage-driver "$2" umount "$3" >/dev/null
}
pull() {
    swiftlet --root "$1/graph" --runroot "$1/run" --storage-driver "$2" from -q --name "c$3" "oci:$3" 2>&1 >/dev/null |
        sed 's/[0-9a-f]\{64\}/ID/g'
}
for layout in "${@:3}"; do
    theirs=$(pull "$1" overlay "$layout") ours=$(pull "$2" vfs "$layout")
    if [ -n "$theirs$ours" ]; then
        # Both refuse it.
        [ -n "$theirs" ] && [ -n "$ours" ] || printf '%s: overlay: %s\nvfs: %s\n' "$layout" "$theirs" "$ours"
        continue
    fi
    tree "$1" overlay "c$layout" >overlay.tree
    tree "$2" vfs "c$layout" >vfs.tree
    [ -s overlay.tree ] && [ -s vfs.tree ] && echo same >>compared
    diff overlay.tree vfs.tree >differences || { echo "$layout:"; cat differences; }
done
EOF
    chmod 755 "$BATS_FILE_TMPDIR/compare"
}

teardown_file() {
    STORE=$OVERLAY DRIVER=overlay
    end_store
    STORE=$VFS DRIVER=vfs
    end_store
}

@test "generated layers have the same root with both drivers" {
    cd "$BATS_FILE_TMPDIR"
    local seed layouts=()
    for ((seed = 1; seed <= ${SWIFTLET_TEST_LAYERS:-15}; seed++)); do
        python3 random_layers.py "$seed" "l$seed"
        layouts+=("l$seed")
    done
    STORE=$OVERLAY DRIVER=overlay
    local inside=(swiftlet unshare)
    if is_root; then inside=(env); fi
    run -0 "${inside[@]}" ./compare "$OVERLAY" "$VFS" "${layouts[@]}"
    prints ""
    # The comparison compares something.
    [ "$(wc -l <compared)" -gt $((seed / 3)) ] || fail "only $(wc -l <compared) roots were compared"
}
