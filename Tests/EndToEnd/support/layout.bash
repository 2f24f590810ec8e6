# shellcheck shell=bash
# What an OCI layout must be, checked with jq, sha256sum and gzip alone; and a store that podman takes. Loaded after
# session.bash.

# As begin_store, but at a short path: podman refuses a --runroot of more than 50 characters.
begin_short_store() {
    export STORE DRIVER=${1:-overlay}
    STORE=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/sl.XXXXXX")
    chmod 755 "$STORE"
    make_base
}

# The tools leave the store's directory mounted on itself when root called them.
end_short_store() {
    if is_root; then umount "$STORE/graph/$DRIVER" 2>/dev/null || true; fi
    end_store
}

# The path of a blob: blob LAYOUT DIGEST
blob() { echo "$1/blobs/${2/://}"; }

# The digest of the manifest with that reference name, or of the only one: manifest_digest LAYOUT [NAME]
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

# The digest of what is in a layer: its tar file, uncompressed.
content_digest() {
    case $(od -An -tx1 -N4 "$1" | tr -d ' ') in
    1f8b*) gzip -dc "$1" ;;
    28b52ffd) zstd -dcq "$1" ;;
    *) cat "$1" ;;
    esac | sha256sum | sed 's/ .*//; s/^/sha256:/'
}

# holds FILE JQ-FILTER: the filter says true.
holds() { jq -e "$2" "$1" >/dev/null || fail "$1: not so: $2" "$(jq . "$1")"; }

# Every file of a layout is what the standard and the layout's own digests say.
is_layout() {
    local layout=$1 file descriptor digest path number=0
    equal "$(jq -c . "$layout/oci-layout")" '{"imageLayoutVersion":"1.0.0"}'
    for file in "$layout"/blobs/sha256/*; do
        equal "$(sha256sum <"$file" | sed 's/ .*//')" "$(basename "$file")"
    done
    holds "$layout/index.json" '.schemaVersion == 2 and (.manifests | length > 0)'
    holds "$layout/index.json" 'all(.manifests[]; .mediaType == "application/vnd.oci.image.manifest.v1+json"
        and (.digest | test("^sha256:[0-9a-f]{64}$")) and .size > 0)'
    for digest in $(jq -r '.manifests[].digest' "$layout/index.json"); do
        is_manifest "$layout" "$(blob "$layout" "$digest")"
    done
    while read -r descriptor; do
        path=$(blob "$layout" "$(jq -r .digest <<<"$descriptor")")
        equal "$(stat -c %s "$path")" "$(jq .size <<<"$descriptor")"
        number=$((number + 1))
    done < <(jq -c '.manifests[]' "$layout/index.json"
        for digest in $(jq -r '.manifests[].digest' "$layout/index.json"); do
            jq -c '.config, .layers[]' "$(blob "$layout" "$digest")"
        done)
    [ "$number" -ge 2 ] || fail "$layout has no descriptors"
}

is_manifest() {
    local layout=$1 manifest=$2 config digest number=0
    holds "$manifest" '.schemaVersion == 2 and .config.mediaType == "application/vnd.oci.image.config.v1+json"'
    holds "$manifest" 'all(.layers[]; .mediaType | test("^application/vnd.oci.image.layer.v1.tar([+](gzip|zstd))?$"))'
    config=$(blob "$layout" "$(jq -r .config.digest "$manifest")")
    holds "$config" '.os == "linux" and .rootfs.type == "layers" and (.architecture | length > 0)'
    holds "$config" '.created | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")'
    holds "$config" '(.rootfs.diff_ids | length) == ([.history[] | select(.empty_layer | not)] | length)'
    equal "$(jq '.layers | length' "$manifest")" "$(jq '.rootfs.diff_ids | length' "$config")"
    for digest in $(jq -r '.layers[].digest' "$manifest"); do
        equal "$(content_digest "$(blob "$layout" "$digest")")" "$(jq -r ".rootfs.diff_ids[$number]" "$config")"
        number=$((number + 1))
    done
}
