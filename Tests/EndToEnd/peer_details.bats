#!/usr/bin/env bats
# Details of archives, lists, artifacts and builds that scripts for Buildah and Skopeo depend on.
# runs as: user root

load support/session
load support/layout

setup_file() {
    begin_short_store
    cd "$BATS_FILE_TMPDIR" || return
    local name
    for name in one two; do
        echo "$name" >file
        printf 'FROM scratch\nCOPY file /file\n' >Dockerfile
        swiftlet build -q -t "localhost/$name" . >/dev/null
    done
}
teardown_file() { end_short_store; }
setup() { enter_new_directory; }

@test "archives are written to pipes and standard output" {
    swiftlet push -q one docker-archive:/dev/stdout:localhost/one:1 | tar -t >names
    grep -qx manifest.json names
    swiftlet push -q one oci-archive:/dev/stdout | tar -t >names
    grep -qx index.json names
    swiftlet push -q one oci-archive:/dev/fd/1 >plain.tar
    tar -tf plain.tar | grep -qx index.json
    mkfifo pipe
    tar -t <pipe >names 3>&- &
    swiftlet push -q one docker-archive:pipe
    wait $!
    grep -qx manifest.json names
    [ -p pipe ]
    swiftlet push -q one docker-archive:/dev/null
    # Progress does not get into the archive.
    swiftlet push -q one docker-archive:one.tar
    swiftlet image copy docker-archive:one.tar oci-archive:/dev/stdout | tar -t >names
    grep -qx index.json names
}

@test "an archive that is named by a link is written where it leads" {
    mkdir there
    ln -s there/target.tar link.tar
    for archive in docker-archive oci-archive; do
        rm -f there/target.tar
        swiftlet push -q one $archive:link.tar
        [ -L link.tar ]
        tar -tf there/target.tar | grep -q json
    done
    # Replacing one keeps the link, too.
    swiftlet push -q two oci-archive:link.tar
    [ -L link.tar ]
    ln -s loop loop
    run -125 swiftlet push -q one oci-archive:loop
}

@test "manifest create --amend: an image becomes a list, and is still an image" {
    local id
    printf 'FROM scratch\nCOPY file /file\n' >Dockerfile
    echo both >file
    swiftlet build -q -t localhost/both . >/dev/null
    id=$(swiftlet inspect --type image both | jq -r .FromImageID)
    run -0 swiftlet manifest create --amend localhost/both:latest two
    equal "$output" "$id"
    equal "$(swiftlet manifest inspect both | jq '.manifests | length')" 2
    equal "$(swiftlet inspect --type image both | jq -r .FromImageID)" "$id"
    local container
    container=$(swiftlet from both)
    equal "$(swiftlet inspect "$container" | jq -r .FromImageID)" "$id"
    swiftlet rm "$container" >/dev/null
    swiftlet manifest push -q --all both dir:both
    equal "$(find both -name '*.manifest.json' | wc -l)" 2
    swiftlet rmi both >/dev/null
    run -0 swiftlet images -q --no-trunc
    lacks "$id"
}

@test "manifest annotate and remove: an artifact is named by a file of it" {
    echo content >data
    swiftlet manifest create files >/dev/null
    swiftlet manifest add --artifact files data >/dev/null
    run -0 swiftlet manifest annotate --annotation a=b files ./data
    equal "$(swiftlet manifest inspect files | jq -c '.manifests[0].annotations')" '{"a":"b"}'
    run -0 swiftlet manifest remove files "$PWD/data"
    equal "$(swiftlet manifest inspect files | jq -c '.manifests // []')" '[]'
    swiftlet manifest rm files >/dev/null
}

@test "manifest push --add-compression: only what no image of the platform has" {
    swiftlet manifest create list one >/dev/null
    swiftlet manifest push -q --all --add-compression gzip list oci:a
    equal "$(jq '.manifests | length' "a/blobs/sha256/$(jq -r '.manifests[0].digest' a/index.json | cut -d: -f2)")" 1
    # Two images for one platform get one copy.
    swiftlet manifest add list two >/dev/null
    swiftlet manifest push -q --all --add-compression gzip --add-compression zstd list oci:b
    local index
    index=b/blobs/sha256/$(jq -r '.manifests[0].digest' b/index.json | cut -d: -f2)
    equal "$(jq -c '[.manifests[].annotations["io.github.containers.compression.zstd"]]' "$index")" '[null,null,"true"]'
    equal "$(jq '[.manifests[].digest] | unique | length' "$index")" 3
    swiftlet manifest rm list >/dev/null
}

@test "a list without the host's platform is shown itself; from --arch of scratch" {
    local container
    container=$(swiftlet from --arch=armhf scratch)
    equal "$(swiftlet inspect "$container" | jq -c '.OCIv1 | [.architecture, .variant]')" '["arm","v7"]'
    swiftlet commit -q --rm "$container" localhost/arm >/dev/null
    swiftlet manifest create foreign arm >/dev/null
    equal "$(swiftlet inspect foreign | jq -r '.manifests[0].platform.architecture')" arm
    run -125 swiftlet inspect --type image foreign
    swiftlet manifest rm foreign >/dev/null
}

@test "source add and artifact add leave nothing behind when they fail" {
    echo a >a
    run -125 swiftlet artifact add example.com/x:1 a missing
    equal "$(find "$STORE" -path '*artifacts/blobs/*' -type f | wc -l)" 0
    swiftlet artifact add example.com/x:1 a >/dev/null
    local before
    before=$(find "$STORE" -path '*artifacts/blobs/*' -type f | sort)
    echo b >b
    run -125 swiftlet artifact add --append example.com/x:1 b missing
    equal "$(find "$STORE" -path '*artifacts/blobs/*' -type f | sort)" "$before"
    swiftlet artifact rm example.com/x:1 >/dev/null
}

@test "--squash leaves one history entry, cached steps tell their short id" {
    printf 'FROM localhost/two\nCOPY file /a\nENV a=b\nCOPY file /b\n' >Dockerfile
    echo x >file
    swiftlet build -q -t localhost/steps . >/dev/null
    run -0 swiftlet build .
    local id
    id=$(sed -n 's/^--> Using cache //p' <<<"$output" | head -1)
    has_line "--> ${id:0:12}"
    run -0 swiftlet build -q --squash -t localhost/squashed .
    equal "$(swiftlet inspect --type image squashed | jq '.OCIv1.history | length')" 1
    equal "$(swiftlet inspect --type image squashed | jq '.OCIv1.history[0].empty_layer')" null
    # Nothing to merge: still one entry.
    printf 'FROM localhost/two\nENV a=b\n' >Dockerfile
    swiftlet build -q --squash -t localhost/squashed . >/dev/null
    equal "$(swiftlet inspect --type image squashed | jq '[.OCIv1.history | length, (.[0].empty_layer)]' -c)" '[1,null]'
}

@test "annotations that are not inherited include those about the base" {
    printf 'FROM localhost/two\nLABEL a=b\n' >Dockerfile
    swiftlet build -q --inherit-annotations=false --created-annotation=false -t localhost/bare . >/dev/null
    equal "$(swiftlet inspect --type image bare | jq -c '.ImageAnnotations // {}')" '{}'
    swiftlet build -q --created-annotation=false -t localhost/bare . >/dev/null
    equal "$(swiftlet inspect --type image bare | jq -r '.ImageAnnotations["org.opencontainers.image.base.name"]')" \
        localhost/two:latest
}

@test "commit --disable-compression=false lists the container's layer compressed" {
    local container
    container=$(swiftlet from localhost/two)
    swiftlet commit -q --disable-compression=false "$container" localhost/small >/dev/null
    swiftlet rm "$container" >/dev/null
    local manifest
    manifest=$(swiftlet inspect --type image --format '{{.Manifest}}' small)
    equal "$(jq -c '[.layers[].mediaType | sub(".*[.]"; "")]' <<<"$manifest")" '["tar","tar+gzip"]'
    swiftlet push -q small oci:out
    equal "$(jq -r '.layers[1].digest' "out/blobs/sha256/$(jq -r '.manifests[0].digest' out/index.json | cut -d: -f2)")" \
        "$(jq -r '.layers[1].digest' <<<"$manifest")"
}

@test "commit compresses as containers.conf says" {
    printf '[engine]\ncompression_format = "zstd"\n' >containers.conf
    local container
    container=$(swiftlet from localhost/two)
    CONTAINERS_CONF=$PWD/containers.conf swiftlet commit -q --disable-compression=false "$container" dir:out
    swiftlet rm "$container" >/dev/null
    equal "$(jq -r '.layers[-1].mediaType' out/manifest.json)" application/vnd.oci.image.layer.v1.tar+zstd
}

@test "a build without layers makes a new image each time" {
    printf 'FROM scratch\nLABEL a=b\n' >Dockerfile
    local first
    first=$(swiftlet build -q --layers=false .)
    [ "$(swiftlet build -q --layers=false .)" != "$first" ]
    first=$(swiftlet build -q --layers .)
    equal "$(swiftlet build -q --layers .)" "$first"
}

@test "--cache-ttl takes durations in all forms of Go, and fractions count" {
    printf 'FROM localhost/two\nCOPY file /a\n' >Dockerfile
    echo x >file
    local first form
    first=$(swiftlet build -q .)
    for form in 1.h 1h1m1.5s +90m 3600s .5h; do
        equal "$(swiftlet build -q --cache-ttl=$form .)" "$first"
    done
    for form in 1us 1µs .000001s -1s; do
        run -0 swiftlet build --cache-ttl=$form .
        lacks "Using cache"
    done
    run -125 swiftlet build --cache-ttl=5 .
    has 'time: missing unit in duration "5"'
    run -125 swiftlet build --cache-ttl=1d .
    has 'time: unknown unit "d" in duration "1d"'
    run -125 swiftlet build --cache-ttl=.s .
    has 'time: invalid duration ".s"'
}

@test "what the preprocessor rejects is a warning" {
    printf '#warning careful\nFROM localhost/two\n#error bad\nLABEL a=b\n' >Containerfile.in
    run -0 swiftlet build -t localhost/cpp -f Containerfile.in .
    has "#error bad"
    equal "$(swiftlet inspect --type image cpp | jq -r .OCIv1.config.Labels.a)" b
}

@test "an empty RUN runs a shell without a command" {
    printf 'FROM %s\nRUN\nLABEL a=b\n' localhost/busybox >Dockerfile
    swiftlet build -q -t localhost/empty . >/dev/null
    equal "$(swiftlet inspect --type image empty | jq -r .OCIv1.config.Labels.a)" b
}

@test "blocked registries are named with the files that were read" {
    printf '[[registry]]\nlocation = "blocked.example"\nblocked = true\n' >registries.conf
    export CONTAINERS_REGISTRIES_CONF=$PWD/registries.conf
    run -125 swiftlet pull blocked.example/x
    has "initializing source docker://blocked.example/x:latest: registry blocked.example is blocked in one of [\"$PWD/registries.conf\"]"
    run -125 swiftlet push one docker://blocked.example/x
    has "initializing destination docker://blocked.example/x:latest: registry blocked.example is blocked in one of"
    run -125 swiftlet login -u a -p b blocked.example
    has "registry blocked.example is blocked in one of"
}

@test "the help shows configured retries" {
    printf '[engine]\nretry = 10\nretry_delay = "5s"\n' >containers.conf
    export CONTAINERS_CONF=$PWD/containers.conf
    run -0 swiftlet pull --help
    matches 'retry int .*\(default 10\)'
    matches 'retry-delay string .*\(default "5s"\)'
    unset CONTAINERS_CONF
    run -0 swiftlet push --help
    matches 'retry int .*\(default 3\)'
}

@test "--userns host is what containers have, others are refused" {
    printf 'FROM localhost/busybox\nRUN test "$(id -u)" = 0\n' >Dockerfile
    swiftlet build -q --userns host . >/dev/null
    swiftlet rm "$(swiftlet from --userns=host localhost/two)" >/dev/null
    local name
    for name in auto private container keep-id ns:/proc/self/ns/user; do
        run -125 swiftlet from --userns=$name localhost/two
        has "--userns $name is not supported"
        run -125 swiftlet build --userns=$name .
        has "--userns $name is not supported"
    done
}

@test "source push tells of the configuration" {
    echo x >file
    swiftlet source create made >/dev/null
    swiftlet source add made file >/dev/null
    run -0 swiftlet source push made oci:copy
    has "Copying config"
    run -0 swiftlet source push made oci:copy
    has "Copying config"
}
