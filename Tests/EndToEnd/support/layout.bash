# shellcheck shell=bash
# Checks of OCI layouts, and a store that podman accepts. Loaded after session.bash.

# Like begin_store, but at a short path: podman rejects a --runroot of more than 50 characters.
begin_short_store() {
    export STORE DRIVER=${1:-overlay}
    STORE=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/sl.XXXXXX")
    chmod 755 "$STORE"
    make_base
}

# Run by root, the tools leave the store's directory mounted on itself.
end_short_store() {
    if is_root; then umount "$STORE/graph/$DRIVER" 2>/dev/null || true; fi
    end_store
}

# The path of a blob: blob LAYOUT DIGEST
blob() { echo "$1/blobs/${2/://}"; }

# The digest of the manifest with this reference name, or of the only one: manifest_digest LAYOUT [NAME]
manifest_digest() {
    jq -r --arg name "${2:-}" '.manifests[]
        | select($name == "" or .annotations["org.opencontainers.image.ref.name"] == $name) | .digest' "$1/index.json"
}

manifest_of() { blob "$1" "$(manifest_digest "$@")"; }

config_of() { blob "$1" "$(jq -r .config.digest "$(manifest_of "$@")")"; }

layers_of() {
    local digest
    for digest in $(jq -r '.layers[].digest' "$(manifest_of "$@")"); do blob "$1" "$digest"; done
}

diff_ids_of() { jq -c .rootfs.diff_ids "$(config_of "$@")"; }

# The digest of a layer's uncompressed tar file.
content_digest() {
    case $(od -An -tx1 -N4 "$1" | tr -d ' ') in
    1f8b*) gzip -dc "$1" ;;
    28b52ffd) zstd -dcq "$1" ;;
    *) cat "$1" ;;
    esac | sha256sum | sed 's/ .*//; s/^/sha256:/'
}

# holds FILE JQ-FILTER: the filter yields true.
holds() { jq -e "$2" "$1" >/dev/null || fail "$1: not so: $2" "$(jq . "$1")"; }

# is_layout PLACE: every document of a layout, or of a `dir:` directory, conforms to the specification, and every blob
# matches its digest.
is_layout() {
    local faults
    faults=$(python3 "$SUPPORT/oci_check.py" "$1" 2>&1) || fail "$1 is not what the standard demands:" "$faults"
}
