#!/usr/bin/env bats
# What ./demo and ./test say and do on machines that lack something: no Swift, an old one, one without its libraries;
# no root, no apt. The machines are a PATH with stand-ins.

setup() {
    cd "$BATS_TEST_TMPDIR"
    REPOSITORY=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    mkdir machine home
    # A machine with tools that Debian calls essential, and nothing else. Copies: a link could be written through.
    local tool
    for tool in awk bash cat cut dirname env grep head id ldd paste printf readlink sed sort; do
        cp "$(type -P "$tool")" machine/
    done
    unset SUDO_USER SWIFT SWIFTLY_BIN_DIR
}

# Runs a script of the repository on that machine, as an ordinary user.
on_machine() {
    run env HOME="$PWD/home" PATH="$PWD/machine" "$REPOSITORY/$1" "${@:2}"
}

stand_in() {
    rm -f "machine/$1"
    cat >"machine/$1"
    chmod +x "machine/$1"
}

says() { [[ $output == *"$1"* ]] || { echo "not said: $1"; echo "$output"; return 1; }; }

installs_nothing() { [ ! -e installed ]; }

# apt and sudo that write down what they are asked for; dpkg-query knows of nothing installed.
with_apt() {
    stand_in dpkg-query <<<$'#!/bin/bash\nexit 1'
    stand_in apt-get <<<$'#!/bin/bash\necho "$*" >>'"$PWD/installed"
    stand_in id <<<$'#!/bin/bash\necho 1000'
}

@test "without Swift, both commands explain how to get it before anything is installed" {
    with_apt
    local command
    for command in demo test; do
        on_machine "$command"
        [ "$status" = 1 ]
        says "Swift is missing: there is no \`swift\` in the PATH"
        installs_nothing
    done
}

@test "a toolchain in the home directory but not in the PATH is pointed out" {
    mkdir -p home/.local/share/swiftly/bin
    printf '#!/bin/bash\n' >home/.local/share/swiftly/bin/swift
    chmod +x home/.local/share/swiftly/bin/swift
    on_machine demo
    [ "$status" = 1 ]
    says "export PATH=\"$PWD/home/.local/share/swiftly/bin:\$PATH\""
}

@test "a version of Swift that is too old is rejected before anything is installed" {
    with_apt
    local version
    for version in 5.10.1 6.1.3 6.1-dev; do
        stand_in swift <<<$'#!/bin/bash\necho "Swift version '"$version"' (swift-'"$version"$'-RELEASE)"'
        on_machine demo
        [ "$status" = 1 ]
        says "Swift is too old: "
        says " has ${version:0:1}.$(cut -d. -f2 <<<"${version%-dev}"), swiftlet needs 6.2 or newer"
        says "https://www.swift.org/install/linux/"
        installs_nothing
    done
}

@test "a version of Swift that is new enough is accepted" {
    local version
    for version in 6.2 6.3.1 6.10-dev 7.0; do
        stand_in swift <<<$'#!/bin/bash\necho "Swift version '"$version"' (swift-'"$version"$'-RELEASE)"'
        on_machine scripts/check-swift
        [ "$status" = 0 ]
        [ -z "$output" ]
    done
}

@test "missing toolchain libraries are a notice before packages are installed, and an error afterwards" {
    stand_in swift <<<$'#!/bin/bash\necho "swift: error while loading shared libraries: libxml2.so.2: cannot open" >&2; exit 127'
    on_machine scripts/check-swift --before-packages
    [ "$status" = 0 ]
    says "lacks shared libraries: libxml2.so.2"
    on_machine scripts/check-swift
    [ "$status" = 1 ]
    says "this toolchain was made for another"
}

@test "the libraries of all toolchain programs are checked" {
    stand_in swift <<<$'#!/bin/bash\necho "Swift version 6.3"'
    stand_in swift-package <<<$'#!/bin/bash'
    stand_in ldd <<<$'#!/bin/bash\n[ "${1##*/}" != swift-package ] || echo "  libsqlite3.so.0 => not found"'
    on_machine scripts/check-swift
    [ "$status" = 1 ]
    says "lacks shared libraries: libsqlite3.so.0"
}

@test "a broken toolchain is an error with its own message" {
    stand_in swift <<<$'#!/bin/bash\necho "no toolchain is chosen" >&2; exit 3'
    on_machine scripts/check-swift --before-packages
    [ "$status" = 1 ]
    says "no toolchain is chosen"
}

@test "without root and sudo, the command for root is printed" {
    with_apt
    on_machine scripts/install-packages build
    [ "$status" = 1 ]
    says "there is no sudo"
    says "apt-get update && apt-get install --no-install-recommends g++ "
    says "libisal-dev"
    installs_nothing
}

@test "a failing sudo is reported, with the command for root" {
    with_apt
    stand_in sudo <<<$'#!/bin/bash\necho "sudo: someone is not in the sudoers file" >&2; exit 1'
    on_machine scripts/install-packages test
    [ "$status" = 1 ]
    says "not in the sudoers file"
    says "apt-get update && apt-get install --no-install-recommends g++ "
}

@test "sudo is used only for apt, with all packages of the list" {
    with_apt
    stand_in sudo <<<$'#!/bin/bash\nexec "$@"'
    on_machine scripts/install-packages test
    [ "$status" = 0 ]
    grep -q '^update' installed
    grep -q 'install .*g++ .*libisal-dev .*bats .*buildah' installed
}

@test "if everything is installed, nothing is called" {
    with_apt
    stand_in dpkg-query <<<$'#!/bin/bash\necho installed'
    stand_in ld.gold <<<$'#!/bin/bash'
    on_machine scripts/install-packages test
    [ "$status" = 0 ]
    [ -z "$output" ]
    installs_nothing
}

@test "an unreadable package source does not stop the installation" {
    with_apt
    stand_in sudo <<<$'#!/bin/bash\nexec "$@"'
    stand_in apt-get <<<$'#!/bin/bash\n[ "$1" != update ] || exit 100\necho "$*" >>'"$PWD/installed"
    on_machine scripts/install-packages build
    [ "$status" = 0 ]
    grep -q '^install' installed
}

@test "without apt, the packages are listed" {
    on_machine scripts/install-packages build
    [ "$status" = 1 ]
    says "There is no apt here"
    says "libseccomp-dev"
}

@test "unknown arguments are rejected" {
    on_machine demo --fast
    [ "$status" = 2 ]
    on_machine test --fast
    [ "$status" = 2 ]
}
