#!/usr/bin/env bats
# Build caches that travel: --cache-to and --cache-from.
# runs as: user root

load support/session
load support/registries

setup_file() {
    begin_own_home
    begin_store
    start_registry caches
    swiftlet push -q --tls-verify=false localhost/busybox "$(registry)/busybox"
}
teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/caches/pid")"
    end_store
}
setup() {
    enter_new_directory
    # A line for each time a RUN of two_steps is executed.
    mkdir runs
    chmod 777 runs
    swiftlet rmi -a -f >/dev/null
    swiftlet prune -a >/dev/null
}

registry() { echo "127.0.0.1:$(cat "$BATS_FILE_TMPDIR/caches/port")"; }
data() { echo "$BATS_FILE_TMPDIR/caches/data/docker/registry/v2"; }

# A build of two stages, each with a RUN that leaves a line outside.
two_stages() {
    echo grain >file
    dockerfile <<EOF
FROM $(registry)/busybox AS tools
RUN echo tools >>/runs/log && echo tool >/tool
FROM $(registry)/busybox
COPY file /file
RUN echo final >>/runs/log && echo result >/result
COPY --from=tools /tool /tool
EOF
}

build() { swiftlet build --tls-verify=false -v "$PWD/runs:/runs" "$@" .; }

# A store without images and caches.
fresh() {
    swiftlet rmi -a -f >/dev/null
    swiftlet prune -a >/dev/null
    rm -f runs/log
    [ -z "$(swiftlet images -q)" ] || fail "images are left"
}

executed() { if [ -e runs/log ]; then sort runs/log | tr '\n' ' '; fi; }

@test "a fresh store takes all steps from a cache in a registry, and makes the same image" {
    two_stages
    run -0 build -t first --cache-to "type=registry,ref=$(registry)/one,mode=max"
    equal "$(executed)" "final tools "
    has "Writing cache to docker://$(registry)/one:latest"
    local image
    image=$(in_config first '.OCIv1 | {rootfs, history}')
    fresh
    run -0 build -t again --cache-from "type=registry,ref=$(registry)/one"
    equal "$(executed)" ""
    equal "$(grep -c -- '--> Using cache' <<<"$output")" 4
    equal "$(in_config again '.OCIv1 | {rootfs, history}')" "$image"
    equal "$(in_image again cat /result /tool /file)" $'result\ntool\ngrain'
    # What was imported is in the store's own cache.
    rm -f runs/log
    run -0 build -t third
    equal "$(executed)" ""
}

@test "the cache of a registry has the form of BuildKit's" {
    two_stages
    build -q --cache-to "type=registry,ref=$(registry)/form,mode=max" >/dev/null
    run -0 skopeo inspect --raw --tls-verify=false "docker://$(registry)/form"
    equal "$(jq -r .mediaType <<<"$output")" application/vnd.oci.image.manifest.v1+json
    equal "$(jq -r .config.mediaType <<<"$output")" application/vnd.buildkit.cacheconfig.v0
    # Two steps made the same layer, upon different ones.
    equal "$(jq -r '.layers | length' <<<"$output")" 3
    local manifest=$output config
    config=$(jq -r .config.digest <<<"$manifest")
    jq -e '(.layers | length == 4) and (.records | length == 4) and all(.records[]; .digest | startswith("sha256:"))' \
        "$(data)/blobs/sha256/${config:7:2}/${config:7}/data"
    # Written once more, nothing changes.
    build -q --cache-to "type=registry,ref=$(registry)/form,mode=max" >/dev/null
    equal "$(skopeo inspect --raw --tls-verify=false "docker://$(registry)/form")" "$manifest"
}

@test "mode=min has the steps of the image alone, and layers are only fetched for hits" {
    two_stages
    build -q -t first --cache-to "type=registry,ref=$(registry)/min" >/dev/null
    fresh
    run -0 build --cache-from "type=registry,ref=$(registry)/min"
    equal "$(executed)" "tools "
    equal "$(grep -c -- '--> Using cache' <<<"$output")" 3
    fresh
    # Another file: only the first stage is in the cache.
    build -q --cache-to "type=registry,ref=$(registry)/lazy,mode=max" >/dev/null
    fresh
    echo other >file
    run -0 build --cache-from "type=registry,ref=$(registry)/lazy"
    equal "$(executed)" "final "
    equal "$(grep -c 'Copying blob' <<<"$output")" 2
}

@test "caches in layouts and archives, several at once" {
    two_stages
    run -0 build --cache-to type=local,dest=layout,mode=max --cache-to type=local,dest=layout,tag=small \
        --cache-to type=oci-archive,dest=cache.tar,mode=max,compression=zstd,image-manifest=false
    equal "$(jq -r '.manifests | length' layout/index.json)" 2
    equal "$(tar -xOf cache.tar index.json | jq -r '.manifests[0].mediaType')" \
        application/vnd.oci.image.index.v1+json
    local source
    for source in type=local,src=layout type=oci-archive,src=cache.tar; do
        fresh
        run -0 build --cache-from type=local,src=missing --cache-from "$source"
        equal "$(executed)" ""
        has "cannot read the cache missing"
    done
    fresh
    run -0 build --cache-from type=local,src=layout,tag=small
    equal "$(executed)" "tools "
}

@test "Buildah's form: a repository with one image per step" {
    two_stages
    run -0 build --cache-to "$(registry)/each" --cache-to "$(registry)/other"
    equal "$(grep -c -- "--> Pushing cache \[$(registry)/each $(registry)/other\]:" <<<"$output")" 4
    fresh
    run -0 build --cache-from "$(registry)/each"
    equal "$(executed)" ""
    equal "$(grep -c -- "--> Cache pulled from remote $(registry)/each:" <<<"$output")" 4
    run -0 skopeo list-tags --tls-verify=false "docker://$(registry)/other"
    equal "$(jq '.Tags | length' <<<"$output")" 4
    # Each is an image.
    local tag
    for tag in $(jq -r '.Tags[]' <<<"$output"); do
        skopeo inspect --tls-verify=false "docker://$(registry)/other:$tag" >inspected
        jq -e '.Layers | length > 1' inspected
    done
    # Built once more, nothing new is pulled or executed, but the steps are there to push.
    run -0 build --cache-from "$(registry)/each" --cache-to "$(registry)/third"
    equal "$(grep -c -- "--> Pushing cache" <<<"$output")" 4
    run -125 swiftlet build --cache-to "$(registry)/each@sha256:1" .
    own_failure
}

@test "a damaged blob or a wrong layer is a miss that names it" {
    dockerfile <<<"FROM $(registry)/busybox"$'\nRUN echo 1 >>/runs/log && echo made >/made'
    build -q --cache-to type=local,dest=cache,mode=max >/dev/null
    local manifest blob config
    manifest=$(jq -r '.manifests[0].digest' cache/index.json)
    blob=$(jq -r '.layers[0].digest' "cache/blobs/${manifest/://}")
    config=$(jq -r .config.digest "cache/blobs/${manifest/://}")
    cp -r cache other
    printf 'x' | dd of="cache/blobs/${blob/://}" bs=1 seek=40 conv=notrunc status=none
    fresh
    run -0 build -t made --cache-from type=local,src=cache
    equal "$(executed)" "1 "
    has "cannot take a step from the cache cache"
    has "${blob#sha256:}"
    equal "$(in_image made cat /made)" made
    # The table promises another layer than the blob has.
    python3 - other "$manifest" "$config" <<'PYTHON'
import hashlib, json, sys
root, manifest, config = sys.argv[1:]
path = lambda digest: f"{root}/blobs/{digest.replace(':', '/')}"
def write(value):
    data = json.dumps(value).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    open(path(digest), "wb").write(data)
    return {"digest": digest, "size": len(data)}
table = json.load(open(path(config)))
table["layers"][0]["annotations"]["diffID"] = "sha256:" + "0" * 64
document = json.load(open(path(manifest)))
document["config"].update(write(table))
index = json.load(open(f"{root}/index.json"))
index["manifests"][0].update(write(document))
json.dump(index, open(f"{root}/index.json", "w"))
PYTHON
    fresh
    run -0 build --cache-from type=local,src=other
    equal "$(executed)" "1 "
    has "the uncompressed layer is"
    run -0 swiftlet system check --deep
}

@test "a cache that cannot be read is a warning, one that cannot be written an error" {
    dockerfile <<<"FROM $(registry)/busybox"$'\nRUN echo 1 >>/runs/log'
    run -0 build --retry 0 --cache-from type=registry,ref=127.0.0.1:1/none --cache-from "$(registry)/none"
    has "cannot read the cache 127.0.0.1:1/none:latest"
    equal "$(grep -c "cannot read" <<<"$output")" 1
    run -125 build --retry 0 --cache-to type=registry,ref=127.0.0.1:1/none,mode=max
    own_failure
    has "127.0.0.1:1"
    run -0 build --retry 0 --cache-to type=registry,ref=127.0.0.1:1/none,mode=max,ignore-error=true
    has "cannot write the cache"
    echo nothing >file
    dockerfile <<<"FROM $(registry)/busybox"
    run -0 build --cache-to type=local,dest=empty
    [ ! -e empty/index.json ] || fail "a cache without steps was written"
    has "nothing is written"
}

@test "caches of other builders, images and garbage are told from one's own" {
    dockerfile <<<"FROM $(registry)/busybox"$'\nRUN echo 1 >>/runs/log'
    python3 - <<'PYTHON'
import hashlib, json, os
os.makedirs("foreign/blobs/sha256")
def write(data):
    digest = hashlib.sha256(data).hexdigest()
    open(f"foreign/blobs/sha256/{digest}", "wb").write(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}
layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **write(b"layer")}
records = [{"digest": "sha256:" + "1" * 64}, {"digest": "sha256:" + "2" * 64, "layers": [{"layer": 0}],
            "inputs": [[{"link": 0}]]}]
config = {"mediaType": "application/vnd.buildkit.cacheconfig.v0",
          **write(json.dumps({"layers": [{"blob": layer["digest"], "parent": -1}], "records": records}).encode())}
manifest = {"mediaType": "application/vnd.oci.image.manifest.v1+json", **write(json.dumps({
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
    "layers": [layer]}).encode()), "annotations": {"org.opencontainers.image.ref.name": "latest"}}
json.dump({"schemaVersion": 2, "manifests": [manifest]}, open("foreign/index.json", "w"))
json.dump({"imageLayoutVersion": "1.0.0"}, open("foreign/oci-layout", "w"))
PYTHON
    run -0 build --cache-from type=local,src=foreign --cache-from "type=registry,ref=$(registry)/busybox"
    has "the cache foreign was written by BuildKit: its 2 records have other keys and are not used"
    has "the cache $(registry)/busybox:latest has no steps"
    equal "$(executed)" "1 "
}

@test "--no-cache, --no-cache-filter and --cache-ttl hold for imported steps" {
    two_stages
    build -q --cache-to type=local,dest=cache,mode=max >/dev/null
    fresh
    run -0 build --no-cache --cache-from type=local,src=cache
    equal "$(executed)" "final tools "
    fresh
    run -0 build --no-cache-filter tools --cache-from type=local,src=cache
    equal "$(executed)" "tools "
    fresh
    python3 - <<'PYTHON'
import hashlib, json
path = lambda digest: f"cache/blobs/{digest.replace(':', '/')}"
def write(value):
    data = json.dumps(value).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    open(path(digest), "wb").write(data)
    return {"digest": digest, "size": len(data)}
index = json.load(open("cache/index.json"))
manifest = json.load(open(path(index["manifests"][0]["digest"])))
table = json.load(open(path(manifest["config"]["digest"])))
for record in table["records"]:
    record["swiftlet"]["created"] = "2001-01-01T00:00:00Z"
manifest["config"].update(write(table))
index["manifests"][0].update(write(manifest))
json.dump(index, open("cache/index.json", "w"))
PYTHON
    run -0 build --cache-ttl 24h --cache-from type=local,src=cache
    equal "$(executed)" "final tools "
    lacks "Using cache"
}

@test "wrong values of --cache-to and --cache-from are refused by name" {
    dockerfile <<<'FROM scratch'
    local wrong
    for wrong in type=gha ref=x type=registry type=local,src=x type=local,dest=x,mode=most type=inline,mode=max \
        type=local,dest=x,colour=red type=local,dest=x,compression=lzma type=local,dest=x,ignore-error=perhaps \
        type=registry,ref=UPPER type=local,dest=x,dest=y 'type=local,"dest=x' type=local,dest=x,oci-mediatypes=false; do
        run -125 swiftlet build --cache-to "$wrong" .
        own_failure
        has "--cache-to"
    done
    run -125 swiftlet build --cache-from type=local,dest=x .
    has "src is missing"
    run -125 swiftlet build --cache-from type=local,src=x,mode=max .
    has "unknown key mode"
}

@test "an inline cache travels in the configuration of a pushed image" {
    two_stages
    run -0 build -t "$(registry)/made" --cache-to type=inline
    swiftlet push -q --tls-verify=false "$(registry)/made"
    fresh
    run -0 build --cache-from "type=registry,ref=$(registry)/made"
    # The other stage is not part of the image.
    equal "$(executed)" "tools "
    equal "$(grep -c -- '--> Using cache' <<<"$output")" 3
}

# Three steps of 2 MB, one after the other, whose layers are in no image.
big_steps() {
    dockerfile <<EOF
FROM $(registry)/busybox AS work
RUN dd if=/dev/zero of=/one bs=1M count=2 2>/dev/null; echo one >>/runs/log
RUN dd if=/dev/zero of=/two bs=1M count=2 2>/dev/null; echo two >>/runs/log
RUN dd if=/dev/zero of=/three bs=1M count=2 2>/dev/null; echo three >>/runs/log
FROM $(registry)/busybox
COPY --from=work /etc/passwd /copy
EOF
}

# Makes all steps look as if they had not been used for two hours.
age_steps() { as_owner find "$STORE/graph/swiftlet/cache" -type f -exec touch -d '2 hours ago' {} +; }

@test "prune keeps the most recently used steps below a limit, and no image is lost" {
    big_steps
    build -q -t kept >/dev/null
    run -0 swiftlet system df -v
    matches "Build Cache +4 +1 +6\.[0-9]+MB +6\.[0-9]+MB"
    equal "$(grep -c ' step .* false .*count=2' <<<"$output")" 3
    run -0 swiftlet prune --keep-storage 5MB
    # What is on top goes first: nothing leads to it without what is below it.
    run -0 build -t kept
    equal "$(executed)" "one three three two "
    run -0 swiftlet prune --filter until=24h
    run -0 build -t kept
    equal "$(executed)" "one three three two "
    age_steps
    run -0 swiftlet prune --max-used-space 0 --filter until=24h
    run -0 swiftlet system df
    matches "Build Cache +1 +1 +[0-9.]+k?B +0B"
    run -0 swiftlet prune --filter until=1h
    run -0 swiftlet system df
    matches "Build Cache +0"
    equal "$(in_image kept head -c 4 /copy)" root
    local wrong
    for wrong in --keep-storage=lots --filter=label=x --filter=until=never '--all --keep-storage=1g'; do
        # shellcheck disable=SC2086
        run -125 swiftlet prune $wrong
        own_failure
    done
}

@test "builds keep the cache below a limit, but not what they use themselves" {
    big_steps
    build -q >/dev/null
    age_steps
    sed -i 's/one/uno/' Dockerfile
    run -0 build --cache-keep-storage 7m
    run -0 swiftlet system df -v
    equal "$(grep -c ' step .*count=2' <<<"$output")" 3
    has "/uno"
    lacks "/one"
    run -0 build --cache-keep-storage 1m
    run -0 swiftlet system df -v
    equal "$(grep -c ' step .*count=2' <<<"$output")" 3
    age_steps
    dockerfile <<<"FROM $(registry)/busybox"$'\nRUN echo new >/new'
    SWIFTLET_CACHE_MAX_AGE=1h run -0 build
    run -0 swiftlet system df -v
    lacks "/uno"
    has "echo new"
    run -125 build --cache-keep-storage much
    own_failure
}

@test "cache mounts are listed with their ids" {
    dockerfile <<EOF
FROM $(registry)/busybox
RUN --mount=type=cache,id=grain,target=/grain echo 12345 >/grain/file
EOF
    build -q >/dev/null
    run -0 swiftlet system df -v
    matches "Cache Mounts +1 +0 +6B +6B"
    matches " mount +6B .* grain"
    run -0 swiftlet prune --keep-storage 0
    has "cache mount grain"
    run -0 swiftlet system df
    matches "Cache Mounts +0"
}

# A build with a cache mount of noise, which the step changes a little.
mounted_build() {
    dockerfile <<EOF
FROM $(registry)/busybox
ARG WORD
RUN --mount=type=cache,id=mill,target=/mill ls /mill >/found && echo \$WORD >/mill/word; \
    [ -e /mill/noise ] || dd if=/dev/urandom of=/mill/noise bs=1M count=12 2>/dev/null; chmod 750 /mill
EOF
    build "$@"
}

@test "cache mounts are exported in chunks, and imported on another machine" {
    mounted_build -q --build-arg WORD=one >/dev/null
    run -0 swiftlet cache ls -n
    matches "^mill +[0-9a-f]{12} +12\.[0-9]+MB"
    run -0 swiftlet cache export --tls-verify=false mill "$(registry)/mounts:mill"
    matches "12\.[0-9]+MB, ([0-9]+) of \1 chunks sent"
    # The word is in one chunk, or in two.
    mounted_build -q --build-arg WORD=two >/dev/null
    run -0 swiftlet cache export --tls-verify=false mill "$(registry)/mounts:mill"
    matches " [12] of [0-9]+ chunks sent"
    run -0 swiftlet cache export --tls-verify=false mill "$(registry)/mounts:mill"
    matches " 0 of [0-9]+ chunks sent"
    swiftlet cache export mill oci:layout:mill
    fresh
    run -0 swiftlet cache ls -q
    prints ""
    run -0 swiftlet cache import --tls-verify=false "docker://$(registry)/mounts:mill"
    run -0 mounted_build -t found --build-arg WORD=three
    equal "$(in_image found cat /found)" $'noise\nword'
    run -125 swiftlet cache import oci:layout:mill
    has "add --replace"
    run -0 swiftlet cache import --replace oci:layout:mill
    equal "$(as_owner sh -c 'cat "$1"/*/word; stat -c %a "$1"/*/' sh "$STORE/graph/swiftlet/cache-mounts")" $'two\n750'
    run -125 swiftlet cache export --limit 1m mill oci:small
    has "larger than the limit"
    [ ! -e small/index.json ] || fail "a part was written"
    run -125 swiftlet cache import --replace --limit 1m oci:layout:mill
    own_failure
    swiftlet cache rm mill
    run -125 swiftlet cache rm mill
    has "there is no cache mount mill"
    equal "$(as_owner find "$STORE/graph/swiftlet/cache-mounts" -mindepth 1 -not -name '*.lock')" ""
}

@test "a damaged chunk leaves no cache mount behind, other artifacts are refused" {
    mounted_build -q >/dev/null
    swiftlet cache export mill oci:layout:mill
    swiftlet cache rm mill >/dev/null
    local manifest blob
    manifest=$(jq -r '.manifests[0].digest' layout/index.json)
    blob=$(jq -r '.layers[1].digest' "layout/blobs/${manifest/://}")
    printf 'xyz' | dd of="layout/blobs/${blob/://}" bs=1 seek=400 conv=notrunc status=none
    run -125 swiftlet cache import oci:layout:mill
    own_failure
    has "${blob#sha256:}"
    run -0 swiftlet cache ls -q
    prints ""
    equal "$(as_owner find "$STORE/graph/swiftlet/cache-mounts" -mindepth 1 -not -name '*.lock')" ""
    run -125 swiftlet cache import --tls-verify=false "$(registry)/busybox"
    has "is not a cache mount"
    run -125 swiftlet cache export nothing oci:layout
    has "there is no cache mount nothing"
    run -125 swiftlet cache import dir:x
    has "a cache mount is kept in"
}

@test "cache mounts travel with a build's cache" {
    mounted_build -q --build-arg WORD=one >/dev/null
    rm -rf runs/*
    run -0 mounted_build --build-arg WORD=two --cache-to "type=registry,ref=$(registry)/both,mounts=true"
    matches "Writing cache mount mill to docker://$(registry)/both:latest-mount-[0-9a-f]{32}"
    fresh
    # The step is in the cache: nothing needs its mount.
    run -0 mounted_build --build-arg WORD=two --cache-from "type=registry,ref=$(registry)/both,mounts=true"
    has "Using cache"
    lacks "Cache mount"
    # Another step needs it.
    run -0 mounted_build -t found --build-arg WORD=three --cache-from "type=registry,ref=$(registry)/both,mounts=true"
    has "--> Cache mount mill pulled from"
    equal "$(in_image found cat /found)" $'noise\nword'
    fresh
    run -0 mounted_build -t found --no-cache --cache-from "type=registry,ref=$(registry)/both,mounts=true"
    equal "$(in_image found cat /found)" ""
    run -125 swiftlet build --cache-to type=oci-archive,dest=x,mounts=true .
    has "mounts=true needs"
}

@test "the signature policy decides about caches as about images" {
    mounted_build -q -t first --cache-to "type=registry,ref=$(registry)/policy,mode=max,mounts=true" \
        --cache-to "$(registry)/policies" --cache-to type=local,dest=layout >/dev/null
    cat >policy.json <<EOF
{"default": [{"type": "reject"}], "transports": {"docker": {"$(registry)/busybox": [{"type": "insecureAcceptAnything"}]}}}
EOF
    fresh
    run -0 mounted_build -t second --signature-policy policy.json --cache-from "$(registry)/policies" \
        --cache-from "type=registry,ref=$(registry)/policy,mounts=true" --cache-from type=local,src=layout
    lacks "Using cache"
    equal "$(grep -c 'cannot read the cache .* rejected by policy' <<<"$output")" 3
    equal "$(grep -c 'cannot bring the cache mount mill .* rejected by policy' <<<"$output")" 1
    equal "$(in_image second cat /found)" ""
    run -125 swiftlet cache import --replace --tls-verify=false --signature-policy policy.json \
        "$(registry)/policy:latest-mount-$(swiftlet cache ls -q)"
    has "rejected by policy"
}
