#!/usr/bin/env bats
# The same bytes every time: SOURCE_DATE_EPOCH, fixed times, and whole seconds in layers.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

# The times of an image and its whole history, without those of the base image's.
times_of() { in_config "$1" '[.OCIv1.created, (.OCIv1.history[].created)] | unique'; }

# The names and times of the files in the top layer of an image, except of directories.
listed() { tar --utc --full-time -tvf "$(layer_files "$1" | tail -1)"; }

@test "SOURCE_DATE_EPOCH as a build argument or a global ARG fixes the times of image, history and copied files" {
    echo x >file
    dockerfile <<'END'
ARG SOURCE_DATE_EPOCH=1234567890
FROM scratch
LABEL x=y
WORKDIR /work/deep
COPY file /kept/
END
    run -0 swiftlet build -t from-arg .
    equal "$(times_of from-arg)" '["2009-02-13T23:31:30Z"]'
    [ -z "$(listed from-arg | grep -v '2009-02-13 23:31:30')" ] || fail "another time:" "$(listed from-arg)"
    # The argument takes precedence; the layers of the other time are not taken from the cache.
    run -0 swiftlet build --build-arg SOURCE_DATE_EPOCH=1300000000 -t given .
    equal "$(times_of given)" '["2011-03-13T07:06:40Z"]'
    [ -z "$(listed given | grep -v '2011-03-13 07:06:40')" ] || fail "another time:" "$(listed given)"
    # So it does over the environment, and an empty one is none.
    SOURCE_DATE_EPOCH=5 run -0 swiftlet build --build-arg SOURCE_DATE_EPOCH=1300000000 -t again .
    equal "$(in_config again .FromImageID)" "$(in_config given .FromImageID)"
    run -0 swiftlet build --build-arg SOURCE_DATE_EPOCH= -t now .
    [[ $(times_of now) == *"$(date -u +%Y-)"* ]] || fail "not built now:" "$(times_of now)"
}

@test "SOURCE_DATE_EPOCH=context and the name of a stage are resolved, and nonsense is refused" {
    dockerfile <<'END'
ARG SOURCE_DATE_EPOCH
FROM scratch AS time
ADD some/file /
FROM localhost/busybox
ARG SOURCE_DATE_EPOCH
RUN echo "epoch:$SOURCE_DATE_EPOCH."
END
    # A local directory has no time of its own.
    run -0 swiftlet build --no-cache --build-arg SOURCE_DATE_EPOCH=context -t local .
    has "epoch:."
    lacks "missing"
    [[ $(in_config local .OCIv1.created) == *"$(date -u +%Y-)"* ]]
    run -0 swiftlet build --no-cache --build-arg SOURCE_DATE_EPOCH=77 -t seconds .
    has "epoch:77."
    equal "$(in_config seconds .OCIv1.created)" '"1970-01-01T00:01:17Z"'
    run -125 swiftlet build --build-arg SOURCE_DATE_EPOCH=yesterday .
    has 'invalid SOURCE_DATE_EPOCH: "yesterday" is neither'
    run -125 swiftlet build --build-arg SOURCE_DATE_EPOCH=999999999999999 .
    has "not a time in the years 1 to 9999"
    run -125 swiftlet build --build-arg SOURCE_DATE_EPOCH=time .
    has "Dockerfile:3"
    has "must be a file at a URL"
    run -125 swiftlet build --timestamp 999999999999999 .
    has "not a time in the years 1 to 9999"
}

@test "a fixed time leaves out the identity label, and fixes the history of steps by hand" {
    dockerfile <<<$'FROM localhost/busybox\nLABEL x=y'
    swiftlet build --build-arg SOURCE_DATE_EPOCH=9 -t fixed .
    drop_in build --build-arg SOURCE_DATE_EPOCH=9 -t fixed .
    equal "$(in_config fixed '.OCIv1.config.Labels["io.buildah.version"]')" null
    drop_in build --identity-label --build-arg SOURCE_DATE_EPOCH=9 -t fixed .
    [ "$(in_config fixed '.OCIv1.config.Labels["io.buildah.version"]')" != null ]
    swiftlet from --name c localhost/busybox
    swiftlet copy --add-history c Dockerfile /copied
    swiftlet config --add-history --env a=b c
    swiftlet run --add-history c true
    drop_in commit -q --timestamp 60 c by-hand
    equal "$(in_config by-hand '[.OCIv1.history[-4:][].created] | unique')" '["1970-01-01T00:01:00Z"]'
    equal "$(in_config by-hand '.OCIv1.config.Labels')" null
    swiftlet rm c
}

@test "a base's layer and files that commands made get the time of --timestamp in the store, too" {
    dockerfile <<'END'
FROM localhost/busybox
RUN echo made >/made && mkdir /dir && ln -s made /link
RUN stat -c '%n %Y' /made /dir /link
END
    run -0 swiftlet build --timestamp 1234567890 -t stamped .
    has "/made 1234567890"
    has "/dir 1234567890"
    has "/link 1234567890"
    run -0 swiftlet build --source-date-epoch 1234567890 --rewrite-timestamp -t clamped .
    has "/made 1234567890"
}

@test "layers carry whole seconds in one header block for each file, and the store the exact times" {
    mkdir tree
    for name in a b c; do echo "$name" >"tree/$name"; done
    touch -d '2020-01-02 03:04:05.678901234' tree/*
    dockerfile <<<$'FROM scratch\nCOPY tree /tree'
    run -0 swiftlet build -t seconds .
    local layer
    layer=$(layer_files seconds)
    # One block for the directory, two for each file, and the end.
    equal "$(gunzip -c "$layer" | wc -c)" $(((1 + 3 * 2 + 2) * 512))
    equal "$(tar --utc --full-time -tvf "$layer" | grep -c '2020-01-02 03:04:05 ')" 3
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=from=seconds,target=/m stat -c %y /m/tree/a'
    run -0 swiftlet build --no-cache .
    has "2020-01-02 03:04:05.678901234"
}
