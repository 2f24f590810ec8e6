#!/usr/bin/env bats
# make install and make help, in a tree without anything else.

setup() {
    cd "$BATS_TEST_TMPDIR"
    cp "$BATS_TEST_DIRNAME/../../Makefile" .
    # As under sudo: no Swift.
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
}

@test "make install builds nothing, and says what to do if nothing is built" {
    run make install DESTDIR="$PWD/there"
    [ "$status" != 0 ]
    [[ $output == *"there is no .build/release/swiftlet"*"make build"* ]]
    [ ! -e there ]
    [ ! -e .build ]
}

@test "make install copies the built binary, without Swift" {
    mkdir -p .build/release
    printf '#!/bin/sh\necho it works\n' >.build/release/swiftlet
    chmod 755 .build/release/swiftlet
    run make install DESTDIR="$PWD/there"
    [ "$status" = 0 ]
    [ "$(there/usr/local/bin/swiftlet)" = "it works" ]
    [ "$(stat -c %a there/usr/local/bin/swiftlet)" = 755 ]
    run make install PREFIX="$PWD/home"
    [ "$(home/bin/swiftlet)" = "it works" ]
}

@test "make without arguments lists the targets, all of which exist" {
    run make
    [ "$status" = 0 ]
    local target
    for target in demo test build install check lint format unit-test end-to-end; do
        [[ $output == *"make $target "* ]] || { echo "not listed: $target"; return 1; }
        grep -q "^$target:" Makefile
    done
}
