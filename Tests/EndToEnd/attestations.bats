#!/usr/bin/env bats
# Lists of packages and provenance: sbom, build --sbom and --provenance, and what is pushed of them.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    # A root with a package that the real dpkg has installed.
    export FILES=$BATS_FILE_TMPDIR/files
    mkdir -p "$FILES/var/lib/dpkg/info" "$FILES/var/lib/dpkg/updates" "$FILES/etc" "$BATS_FILE_TMPDIR/one/DEBIAN"
    touch "$FILES/var/lib/dpkg/status"
    printf 'ID=debian\nVERSION_ID="13"\n' >"$FILES/etc/os-release"
    printf 'Package: one\nVersion: 1.0-1\nArchitecture: all\nMaintainer: M <m@x>\nDescription: d\n' \
        >"$BATS_FILE_TMPDIR/one/DEBIAN/control"
    dpkg-deb --build "$BATS_FILE_TMPDIR/one" "$BATS_FILE_TMPDIR/one.deb" >/dev/null
    dpkg --root="$FILES" --force-not-root --force-bad-path --log=/dev/null -i "$BATS_FILE_TMPDIR/one.deb" >/dev/null
    mkdir -p "$FILES/app/node_modules/left"
    echo '{"name":"left","version":"1.3.0","license":"MIT"}' >"$FILES/app/node_modules/left/package.json"
    printf 'FROM localhost/busybox\nARG WHO=nobody\nCOPY . /\n' >"$BATS_FILE_TMPDIR/Dockerfile"
    swiftlet build -q -t plain -f "$BATS_FILE_TMPDIR/Dockerfile" "$FILES"
}
teardown_file() {
    end_registry
    end_store
}
setup() {
    enter_new_directory
    cp "$BATS_FILE_TMPDIR/Dockerfile" .
}

build() { swiftlet build -q -f Dockerfile "$@" "$FILES"; }

# The entries of a list for attestations.
attested() { jq -c '.manifests[] | select(.annotations["vnd.docker.reference.type"] == "attestation-manifest")'; }

@test "sbom lists the packages that the package managers know" {
    run -0 swiftlet sbom --format table plain
    matches 'one +1.0-1 +deb +/var/lib/dpkg/status'
    matches 'left +1.3.0 +npm +/app/node_modules/left/package.json'
    run -0 swiftlet sbom plain
    equal "$(jq -r '.packages[].externalRefs[0].referenceLocator? // empty' <<<"$output" | grep -c ^pkg:)" 2
    equal "$(jq -c '[.spdxVersion, .dataLicense, .SPDXID]' <<<"$output")" '["SPDX-2.3","CC0-1.0","SPDXRef-DOCUMENT"]'
    has 'pkg:deb/debian/one@1.0-1?arch=all&distro=debian-13'
    run swiftlet sbom missing
    own_failure
    run swiftlet sbom --format cyclonedx plain
    own_failure
}

@test "sbom with a fixed time is the same, byte for byte" {
    SOURCE_DATE_EPOCH=1000000 swiftlet sbom -o first plain
    SOURCE_DATE_EPOCH=1000000 swiftlet sbom plain >second
    cmp first second
    equal "$(jq -r .creationInfo.created first)" 1970-01-12T13:46:40Z
    SOURCE_DATE_EPOCH=soon run swiftlet sbom plain
    own_failure
}

@test "a build without the flags attests nothing" {
    build -t nothing --sbom=false --provenance=false
    run -0 swiftlet inspect nothing
    equal "$(swiftlet manifest inspect nothing 2>/dev/null | jq .manifests)" null
    run swiftlet image inspect --attestations nothing
    own_failure
    has "has no attestations"
}

@test "attestations are in a list under the image's name, which can still be run and built upon" {
    build -t att --sbom --provenance
    run -0 swiftlet manifest inspect att
    equal "$(jq '.manifests | length' <<<"$output")" 2
    local image
    image=$(jq -r '.manifests[0].digest' <<<"$output")
    equal "$(attested <<<"$output" | jq -r '.annotations["vnd.docker.reference.digest"]')" "$image"
    equal "$(attested <<<"$output" | jq -r '.platform.os + "/" + .platform.architecture')" unknown/unknown
    run -0 swiftlet image inspect --attestations att
    equal "$(jq -c 'map(.predicateType)' <<<"$output")" '["https://spdx.dev/Document","https://slsa.dev/provenance/v1"]'
    equal "$(jq -r 'map("sha256:" + .subject[0].digest.sha256) | unique[]' <<<"$output")" "$image"
    run -0 in_image att cat /etc/os-release
    has ID=debian
    echo FROM att >Dockerfile
    run -0 build -t upon
    run -0 podman_run --rm att cat /etc/os-release
    # Building once more replaces the list.
    local count
    count=$(swiftlet images -aq | wc -l)
    cp "$BATS_FILE_TMPDIR/Dockerfile" .
    build -t att --sbom
    equal "$(swiftlet images -aq | wc -l)" "$count"
    store_is_sound
}

@test "a pushed image's attestations are about its compressed form" {
    build -t "$REGISTRY/att:1" --sbom --provenance --push=false
    swiftlet push -q --tls-verify=false "$REGISTRY/att:1"
    run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/att:1"
    local index=$output image entry
    image=$(jq -r '.manifests[0].digest' <<<"$index")
    entry=$(attested <<<"$index")
    equal "$(jq -r '.annotations["vnd.docker.reference.digest"]' <<<"$entry")" "$image"
    run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/att@$(jq -r .digest <<<"$entry")"
    equal "$(jq -c '[.artifactType, .subject.digest, .config.mediaType, .config.data]' <<<"$output")" \
        "[\"application/vnd.docker.attestation.manifest.v1+json\",\"$image\",\"application/vnd.oci.empty.v1+json\",\"e30=\"]"
    run -0 swiftlet image inspect --attestations --tls-verify=false "docker://$REGISTRY/att:1"
    equal "$(jq -r 'map("sha256:" + .subject[0].digest.sha256) | unique[]' <<<"$output")" "$image"
    has "pkg:docker/$REGISTRY/att@1?platform=linux%2F"
    swiftlet rmi -f "$REGISTRY/att:1" >/dev/null
    run -0 swiftlet pull -q --tls-verify=false "$REGISTRY/att:1"
}

@test "build --push, and layouts and their archives" {
    build -t "$REGISTRY/att:2" --sbom --push --tls-verify=false
    run -0 swiftlet image inspect --attestations --tls-verify=false "docker://$REGISTRY/att:2"
    has https://spdx.dev/Document
    build --sbom -o type=oci,dest=a.oci
    run -0 swiftlet image inspect --attestations oci-archive:a.oci
    has '"_"'
    build --sbom -o type=oci,dest=layout,tar=false
    python3 "$SUPPORT/oci_check.py" layout
}

@test "exported files have the documents beside them" {
    build --sbom --provenance=mode=min -o out
    equal "$(jq -r .predicateType out/sbom.spdx.json)" https://spdx.dev/Document
    equal "$(jq -r '.subject[] | select(.name == "etc/os-release").digest.sha256' out/provenance.json)" \
        "$(sha256sum <out/etc/os-release | cut -d ' ' -f 1)"
    build --sbom --provenance=inline-only=true -o type=tar,dest=out.tar
    run -0 tar tf out.tar
    has_line sbom.spdx.json
    lacks provenance.json
}

@test "provenance names the base image, and secrets only by their ids" {
    echo hush >secret
    build -t prov --provenance --build-arg WHO=me --secret id=key,src=secret
    run -0 swiftlet image inspect --attestations prov
    lacks hush
    equal "$(jq -c '.[0].predicate.buildDefinition.externalParameters.request | [.args["build-arg:WHO"], .secrets]' \
        <<<"$output")" '["me",[{"id":"key"}]]'
    equal "$(jq -r '.[0].predicate.buildDefinition.resolvedDependencies[0].uri' <<<"$output" | cut -d '?' -f 1)" \
        pkg:docker/localhost/busybox@latest
    build -t prov --attest type=provenance,mode=min,version=v0.2 --build-arg WHO=me --secret id=key,src=secret
    run -0 swiftlet image inspect --attestations prov
    equal "$(jq -r '.[0].predicateType' <<<"$output")" https://slsa.dev/provenance/v0.2
    lacks WHO
    lacks key
}

@test "stages and the context are scanned where the Dockerfile says so" {
    dockerfile <<'D'
ARG BUILDKIT_SBOM_SCAN_CONTEXT=true
FROM scratch AS first
ARG BUILDKIT_SBOM_SCAN_STAGE=true
COPY var /var
FROM scratch
COPY --from=first /var/lib/dpkg/info /info
D
    build --sbom -o out
    equal "$(jq -r '[.predicate.packages[].name] | .[1:] | join(" ")' out/sbom.spdx.json)" ""
    equal "$(jq -r '[.predicate.packages[].name] | .[1:] | join(" ")' out/sbom-first.spdx.json)" one
    equal "$(jq -r '[.predicate.packages[].name] | .[1:] | join(" ")' out/sbom-context.spdx.json)" "one left"
}

@test "several platforms: images first, then what is attested of each" {
    printf 'FROM scratch\nCOPY app /app\n' >Dockerfile
    build --platform linux/amd64,linux/arm64 --sbom -t multi
    run -0 swiftlet manifest inspect multi
    equal "$(jq -c '[.manifests[].platform.architecture]' <<<"$output")" '["amd64","arm64","unknown","unknown"]'
    equal "$(jq -r '.manifests[0:2][].digest' <<<"$output")" \
        "$(attested <<<"$output" | jq -r '.annotations["vnd.docker.reference.digest"]')"
}

@test "forms of images without room for attestations are refused before the build" {
    local wrong
    for wrong in --format=docker --output=type=docker,dest=a.tar --output=type=image,name=x,oci-mediatypes=false \
        --sbom=generator=x; do
        run -125 build --provenance "$wrong" -t x
        own_failure
        has "${wrong%%=*}"
    done
    run swiftlet inspect x
    own_failure
}
