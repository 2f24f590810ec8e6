#!/usr/bin/env bats
# The output and errors of images, containers, inspect and mount when called as `buildah`: the same as Buildah's
# on the same store.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
    cd "$BATS_FILE_TMPDIR" || return
    swiftlet tag localhost/busybox two quay.io/some/name:v1
    swiftlet from --name first busybox
    swiftlet config --env A=b --cmd "a b" --entrypoint '["/bin/x","y"]' --label l=m --port 80/tcp --volume /v --user 1:2 \
        --workingdir /w --annotation an=no --author me --created-by cb --stop-signal TERM first
    swiftlet commit -q first labelled
    swiftlet commit -q -f docker first docker-image
    swiftlet from --name second scratch
    swiftlet commit -q second
}
teardown_file() { end_store; }

@test "images: table, names, filters, JSON" {
    local arguments
    for arguments in \
        "-q" "-n -q --no-trunc" "-a -q" "-q busybox" "nosuch" "a b" "busybox -q" "-a busybox" "--nosuch" \
        "--filter dangling=true -q" "--filter label=l -q" "--filter label=l=n -q" "--filter label!=l=m -q" \
        "--filter since=two -q" "--filter before=labelled -q" "--filter reference=labelled -q" "--filter readonly=false -q" \
        "--filter manifest=true -q" "--filter nosuch=x" "--filter dangling"; do
        # shellcheck disable=SC2086
        same_as_buildah images $arguments
    done
    same_as_buildah images --format '{{.Name}}:{{.Tag}} {{.ID}} {{.Digest}} {{.ReadOnly}} {{.CreatedAtRaw}} {{.Size}}'
    same_as_buildah images --format 'table {{.Name}} {{.Tag}}'
    run -0 drop_in images --json
    local ours=$output
    run -0 buildah images --json
    equal "$(jq -S 'map(del(.createdat))' <<<"$ours")" "$(jq -S 'map(del(.createdat))' <<<"$output")"
}

@test "containers: table, filters, templates, JSON" {
    local arguments
    for arguments in \
        "" "-a" "-n" "-q" "--notruncate" "--json" "x" "--filter name=fir" "--filter ancestor=busybox -q" "--filter name=nosuch" \
        "--filter name=nosuch --json" "--filter nosuch=x" "--filter x"; do
        # shellcheck disable=SC2086
        same_as_buildah containers $arguments
    done
    same_as_buildah containers --format '{{.ContainerID}} {{.ImageID}} {{.ImageName}} {{.ContainerName}}'
    same_as_buildah containers --format '{{.ContainerName}} <{{.Builder}}>'
    same_as_buildah containers --format '{{json .}}'
}

@test "inspect: the same JSON for containers and images, and templates over the same types" {
    local name template
    for name in first second labelled docker-image; do
        # With cgroups v1, Buildah shares the host's view of them.
        local comparable='(.NamespaceOptions[]? | select(.Name == "cgroup") | .Host) = null'
        run diff <(drop_in inspect "$name" | jq -S "$comparable") <(buildah inspect "$name" | jq -S "$comparable")
        prints ""
        for template in '{{.OCIv1.Config.ExposedPorts}} {{.OCIv1.Config.Volumes}} {{.OCIv1.Config}}' \
            '{{.FromImage}} {{.FromImageID}} {{.FromImageDigest}} {{.Isolation}} {{.ConfigureNetwork}}' \
            '{{.OCIv1}}' '{{range .Docker.History}}{{println .CreatedBy .EmptyLayer}}{{end}}' '{{range .NamespaceOptions}}{{if ne .Name "cgroup"}}{{.}}{{end}}{{end}}' \
            '{{.Docker.Config.Healthcheck}} {{.Docker.ContainerConfig.Cmd}} {{.Docker.Created}} {{.Docker.Config.Tty}}' \
            '{{index .Docker.Config.Labels "l"}} {{len .OCIv1.RootFS.DiffIDs}} {{printf "%q" .OCIv1.Config.User}}' \
            '{{.IDMappingOptions}} {{.ImageAnnotations}}' '{{if .OCIv1.Author}}by {{.OCIv1.Author}}{{else}}nobody{{end}}' \
            '{{.NoSuch}}' '{{.OCIv1.NoSuch}}' 'no template'; do
            same_as_buildah inspect --format "$template" "$name"
        done
    done
    same_as_buildah inspect nosuch
    same_as_buildah inspect --type container nosuch
    same_as_buildah inspect --type image nosuch
    same_as_buildah inspect
    same_as_buildah inspect a b
}

@test "errors: flags, arguments, missing objects" {
    local arguments
    for arguments in \
        "nosuch" "form" "--nosuch" "from" "from a b" "from scratch -q" "run" "run first" "run nosuch true" "rm" "rm nosuch" \
        "rm -a x" "rm first -a" "rmi" "rmi nosuch" "rmi nosuch1 nosuch2" "rmi -a x" "rmi -p x" "rmi -a -p" "rmi two -f" \
        "tag" "tag nosuch x" "rename first" "rename nosuch x" "rename first first" "rename first second" "mount nosuch" \
        "mount first -a" "umount" "umount nosuch" "umount -a x" "info x" "version x" "--log-level nosuch images" \
        "from --format nosuch busybox" "from --isolation nosuch busybox" "from --name first busybox" "from --name" "--root" \
        "rmi -f" "rmi busybox -f"; do
        # shellcheck disable=SC2086
        same_as_buildah $arguments
    done
}

@test "help lists the commands and their flags, with the name it was called by" {
    run -0 drop_in
    has "Usage:"
    has "buildah [command]"
    has "Flags:"
    local command
    for command in containers from images info inspect mount rename rm rmi run tag umount unshare version; do
        run -0 drop_in "$command" --help
        has "  buildah $command [flags]"
        has "Flags:"
        local help=$output
        run -0 drop_in help "$command"
        prints "$help"
        # Every flag in Buildah's help is in ours, or rejected by name.
        local flag
        for flag in $(buildah "$command" --help | grep -oE '^ +(-., )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
            run drop_in "$command" "$flag=x"
            lacks "unknown flag"
        done
    done
    run -0 drop_in --version
    matches '^buildah version [0-9.]+ '
}

@test "mount lists mounted containers, inside unshare for ordinary users" {
    local tool="$DROP_IN/buildah --root $STORE/graph --runroot $STORE/run --storage-driver $DRIVER"
    # shellcheck disable=SC2016
    local script='
        set -e
        [ "$($tool mount --json)" = null ]
        place=$($tool mount first)
        test -d "$place/bin"
        [ "$($tool mount)" = "first $place" ]
        $tool mount --json | jq -e ".[0].container == \"first\"" >/dev/null
        $tool mount first nosuch second && exit 9
        $tool umount --all >/dev/null
        while [ "$($tool mount)" != "" ]; do $tool umount --all >/dev/null; done
        echo done'
    if is_root; then
        run -0 env tool="$tool" bash -c "$script"
    else
        run drop_in mount first
        own_failure
        has "unshare"
        run -0 env tool="$tool" $tool unshare bash -c "$script"
    fi
    has 'reading build container "nosuch": container not known'
    has done
}
