#!/usr/bin/env bats
# Which image a text means: names, ids and beginnings of ids, compared with the real tools in the same store.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
    ln -sf "$(type -P swiftlet)" "$DROP_IN/podman"
    ln -sf "$(type -P swiftlet)" "$DROP_IN/skopeo"
    export LAYOUTS=$BATS_FILE_TMPDIR/layouts
    mkdir "$LAYOUTS"
    swiftlet push -q localhost/busybox "oci:$LAYOUTS/base:image"
    # Its id is not ours to choose.
    swiftlet rmi -f localhost/busybox
    # PREFIX NAMES...: the images without a name are those that a beginning of their id must not hide.
    image a
    image db
    image cafe
    image beef
    image fee1
    image fee2
    image 01 localhost/a:latest
    image 02 docker.io/library/db:latest
    image 03 localhost/cafe:1
    image 04 quay.io/some/beef:latest
    image 05 quay.io/some/tool:latest
    image 06 localhost/two:latest
    image 07 docker.io/library/two:latest example.com:5000/deep/two:latest
}

teardown_file() {
    umount -l "$STORE/graph/overlay" 2>/dev/null || true
    end_store
}

setup() { enter_new_directory; }

teardown() { swiftlet rm --all >/dev/null 2>&1 || true; }

# An image whose id begins with these digits: image PREFIX [NAME...]
image() {
    local id
    id=$(python3 "$SUPPORT/image_with_id.py" "$LAYOUTS/base" "$LAYOUTS/$1" "$1" "$1")
    swiftlet pull -q "oci:$LAYOUTS/$1:image" >/dev/null
    swiftlet untag "$id"
    if [ $# -gt 1 ]; then swiftlet tag "$id" "${@:2}"; fi
}

id_of() { swiftlet images -a -q --no-trunc | sed 's/sha256://' | grep "^$1"; }

# --- The table ----------------------------------------------------------------------------------------------------------

# What texts find, by the beginning of the id; `-`: nothing.
texts() {
    local tool cafe digest
    tool=$(id_of 05) cafe=$(id_of cafe)
    digest=$(swiftlet inspect --type image --format '{{.FromImageDigest}}' "$tool")
    cat <<TABLE
a 01
a:latest 01
localhost/a 01
a:other -
docker.io/a -
db 02
docker.io/db 02
library/db 02
localhost/db -
cafe cafe
cafe:1 03
localhost/cafe -
localhost/cafe:1 03
beef beef
beef:latest 04
some/beef 04
quay.io/some/beef 04
tool 05
tool:latest 05
ool -
two 06
docker.io/two 07
deep/two 07
example.com:5000/deep/two 07
$tool 05
sha256:$tool 05
${tool:0:63} 05
${tool:0:12} 05
05 05
tool@$digest 05
quay.io/some/tool:other@$digest 05
docker.io/tool@sha256:$tool -
$cafe cafe
ca cafe
c cafe
fee -
fee1 fee1
sha256:${tool:0:12} -
0 -
nothing -
TABLE
}

# The beginning of an id as the table has it.
shown() {
    local id=${1#sha256:}
    case $id in
        '') echo - ;;
        [a-f]*) for name in a db cafe beef fee1 fee2; do [[ $id != "$name"* ]] || { echo "$name"; return; }; done ;;
        *) echo "${id:0:2}" ;;
    esac
}

# Compares a command's answers, an id or nothing, with the table.
answers() {
    local text expected got wrong=
    while read -r text expected; do
        got=$(shown "$("$@" "$text" 2>/dev/null)")
        [ "$got" = "$expected" ] || wrong+="$text: $got instead of $expected"$'\n'
    done < <(texts)
    [ -z "$wrong" ] || fail "$*" "$wrong"
}

podman_id() { podman image inspect --format '{{.Id}}' "$1"; }
buildah_id() { buildah inspect --type image --format '{{.FromImageID}}' "$1"; }
our_id() { swiftlet inspect --type image --format '{{.FromImageID}}' "$1"; }
our_podman_id() {
    "$DROP_IN/podman" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" inspect \
        --format '{{.Id}}' "$1"
}

@test "every text means the same image for Podman, Buildah and swiftlet" {
    answers podman_id
    answers buildah_id
    answers our_id
    answers our_podman_id
}

@test "containers-storage: means the same image for Skopeo and swiftlet" {
    local text theirs ours wrong= found=0
    while read -r text _; do
        theirs=$(skopeo inspect --raw "containers-storage:[overlay@$STORE/graph+$STORE/run]$text" 2>/dev/null |
            jq -r .config.digest)
        ours=$("$DROP_IN/skopeo" inspect --raw "containers-storage:[overlay@$STORE/graph+$STORE/run]$text" 2>/dev/null |
            jq -r .config.digest)
        [ "$ours" = "$theirs" ] || wrong+="$text: $ours instead of $theirs"$'\n'
        [ -z "$ours" ] || found=$((found + 1))
    done < <(texts)
    [ -z "$wrong" ] || fail "$wrong"
    [ "$found" -gt 15 ] || fail "only $found were found"
}

@test "an ambiguous beginning of an id is reported as such" {
    run -125 swiftlet inspect --type image fee
    has "2 images have ids that begin with fee"
    run -125 swiftlet rmi fee
    has "2 images have ids that begin with fee"
    run -125 swiftlet container run --rm --pull never fee true
    has "2 images have ids that begin with fee"
}

# --- Commands -----------------------------------------------------------------------------------------------------------

@test "every command takes the name" {
    local id container
    id=$(id_of 01)
    run -0 swiftlet images --no-trunc -q a
    prints "sha256:$id"
    run -0 swiftlet container run --rm a sh -c 'echo "$WHICH"'
    prints 01
    container=$(swiftlet from a)
    run -0 swiftlet inspect --format '{{.FromImageID}}' "$container"
    prints "$id"
    run -0 swiftlet tag a again
    run -0 our_id localhost/again
    prints "$id"
    run -0 swiftlet untag a again
    run -125 our_id localhost/again
    run -0 swiftlet push -q a "oci:$PWD/out:a"
    run -0 skopeo inspect --config --format '{{.Config.Env}}' "oci:$PWD/out:a"
    has WHICH=01
    dockerfile <<<$'FROM a\nRUN echo $WHICH >/which\nFROM db\nCOPY --from=0 /which /\nRUN echo $WHICH >>/which; cat /which'
    run -0 swiftlet build .
    has $'01\n02'
    run -0 swiftlet history --format '{{.ID}}' --no-trunc a
    has "$id"
    run -0 swiftlet image exists a
}

@test "a name of an image wins over the beginning of a container's id" {
    local container prefix image
    container=$(swiftlet from --name first db)
    prefix=$(swiftlet inspect --format '{{.ContainerID}}' "$container" | cut -c1-4)
    run -0 swiftlet inspect --format '{{.Container}}' "$prefix"
    prints first
    run -0 swiftlet tag tool "$prefix"
    image=$(id_of 05)
    run -0 swiftlet inspect --format '{{.FromImageID}}' "$prefix"
    prints "$image"
    run -0 swiftlet inspect --type container --format '{{.Container}}' "$prefix"
    prints first
    run -0 swiftlet run "$container" touch /only-in-the-container
    run -0 swiftlet from --name second db
    run -125 swiftlet copy --from "$prefix" second /only-in-the-container /x
    run -0 swiftlet copy --from first second /only-in-the-container /x
    run -0 swiftlet untag tool "$prefix"
}

@test "rmi removes the name, and never a stranger that begins like it" {
    local id
    id=$(id_of 01)
    run -0 swiftlet rmi a
    has "$id"
    run -0 our_id a
    prints "$(id_of a)"
    run -0 swiftlet rmi db
    run -0 our_id db
    prints "$(id_of db)"
}
