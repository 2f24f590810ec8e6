#!/usr/bin/env bats
# What images tell of how they were made: annotations, history, and the kept images of stages.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

annotations_of() { in_config "$1" ".ImageAnnotations | $2"; }

created=org.opencontainers.image.created
base=org.opencontainers.image.base

@test "images tell when they were created, unless that is not wanted" {
    dockerfile <<<$'FROM scratch\nLABEL x=y'
    swiftlet build -t now .
    equal "$(annotations_of now ".\"$created\"")" "$(in_config now .OCIv1.created)"
    swiftlet build --timestamp 60 -t fixed .
    equal "$(annotations_of fixed ".\"$created\"")" '"1970-01-01T00:01:00Z"'
    swiftlet build --created-annotation=false -t without .
    equal "$(annotations_of without .)" '{}'
    swiftlet build --unsetannotation $created --annotation a=b -t unset .
    equal "$(annotations_of unset .)" '{"a":"b"}'
    swiftlet build --annotation $created=noon -t set .
    equal "$(annotations_of set .)" "{\"$created\":\"noon\"}"
    # A base's own does not stand in for it.
    dockerfile <<<$'FROM localhost/set\nLABEL x=z'
    swiftlet build --created-annotation=false -t upon .
    equal "$(annotations_of upon ".\"$created\"")" null
    swiftlet from --name c localhost/fixed
    swiftlet commit -q --timestamp 120 c committed
    equal "$(annotations_of committed ".\"$created\"")" '"1970-01-01T00:02:00Z"'
    swiftlet commit -q --created-annotation=false c committed
    equal "$(annotations_of committed ".\"$created\"")" null
    swiftlet config --unsetannotation $base.name,$base.digest c
    swiftlet commit -q --created-annotation=false c committed
    equal "$(annotations_of committed .)" '{}'
    swiftlet rm c
}

@test "the base's name is the one in FROM, and its digest that of its manifest" {
    swiftlet tag localhost/busybox localhost/aaa:1 localhost/zzz:1
    dockerfile <<<$'FROM localhost/zzz:1\nLABEL x=y'
    swiftlet build -t result .
    equal "$(annotations_of result ".\"$base.name\"")" '"localhost/zzz:1"'
    equal "$(annotations_of result ".\"$base.digest\"")" "$(in_config busybox .FromImageDigest)"
    equal "$(in_config result '.OCIv1.history[-1].comment')" '"FROM localhost/zzz:1"'
    swiftlet from --name c aaa:1
    swiftlet commit -q c committed
    equal "$(annotations_of committed ".\"$base.name\"")" '"localhost/aaa:1"'
    swiftlet rm c
    # An image without a name gives none.
    local id
    dockerfile <<<$'FROM scratch\nLABEL only=this'
    id=$(swiftlet build -q .)
    dockerfile <<<"FROM $id"$'\nLABEL x=y'
    swiftlet build -t nameless .
    equal "$(annotations_of nameless "has(\"$base.name\")")" false
    swiftlet rmi localhost/aaa:1
    swiftlet rmi localhost/zzz:1
}

@test "RUN's history has the build arguments that the step sees" {
    dockerfile <<'END'
FROM busybox
ARG b=2
ARG a
ARG unset
RUN true
ENV a=env
RUN ["true"]
END
    swiftlet build --build-arg a=1 --label one=1 --label 'two=2 "$x' -t result .
    equal "$(in_config result '[.OCIv1.history[-7:][].created_by]')" \
        '["/bin/sh -c #(nop) ARG b=2","/bin/sh -c #(nop) ARG a","/bin/sh -c #(nop) ARG unset","|2 a=1 b=2 /bin/sh -c true","/bin/sh -c #(nop) ENV a=env","|2 a=env b=2 true","/bin/sh -c #(nop) LABEL \"one\"=\"1\" \"two\"=\"2 \\\"\\$x\""]'
    equal "$(in_config result '.OCIv1.config.Labels | [.one, .two]')" '["1","2 \"$x"]'
}

@test "--save-stages keeps the images of stages, and --stage-labels tells which they are" {
    dockerfile <<'END'
FROM busybox AS unused
RUN echo unused >/unused
FROM busybox AS parent
RUN echo parent >/parent
FROM parent
RUN echo child >/child
FROM busybox AS alias
FROM busybox
COPY --from=2 /child /
COPY --from=alias /bin/busybox /copied
END
    run -125 swiftlet build --stage-labels .
    has '"--stage-labels" requires "--save-stages"'
    run -0 swiftlet build --target alias --layer-label x=y .
    has "only --save-stages keeps intermediate"
    local before
    before=$(swiftlet images -a -q | sort -u | wc -l)
    run -0 drop_in build --save-stages --stage-labels --layer-label kept=yes -t result .
    local id ids=() names=()
    for id in $(swiftlet images -a -q --no-trunc); do
        [ "$(in_config "$id" '.OCIv1.config.Labels.kept')" = '"yes"' ] || continue
        ids+=("${id#sha256:}")
        names+=("$(in_config "$id" '.OCIv1.config.Labels | [."io.buildah.stage.name", ."io.buildah.stage.base"]')")
    done
    # The youngest first.
    equal "${#ids[@]}" 2
    equal "${names[1]}" '["parent","busybox"]'
    equal "${names[0]}" "[\"2\",\"${ids[1]}\"]"
    equal "$(in_config result '.OCIv1.config.Labels | [."io.buildah.stage.name", ."io.buildah.stage.base", .kept]')" \
        '["4","busybox",null]'
    run -0 in_image "${ids[0]}" cat /parent /child
    prints $'parent\nchild'
    # With layers, a build without changes makes no other images.
    run -0 swiftlet build --save-stages -t again .
    local count
    count=$(swiftlet images -a -q | sort -u | wc -l)
    run -0 swiftlet build --save-stages -t again .
    equal "$(swiftlet images -a -q | sort -u | wc -l)" "$count"
}

@test "config --healthcheck-start-interval" {
    swiftlet from --name c --format docker localhost/busybox
    swiftlet config --healthcheck 'CMD true' --healthcheck-start-interval 3s c
    swiftlet commit -q --format docker c checked
    equal "$(in_config checked .Docker.config.Healthcheck.StartInterval)" 3000000000
    swiftlet rm c
}
