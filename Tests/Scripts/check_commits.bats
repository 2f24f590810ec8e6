#!/usr/bin/env bats
# scripts/check-commits: which commits it looks at, and what it thinks of their subjects.

setup() {
    cd "$BATS_TEST_TMPDIR"
    export HOME=$PWD GIT_CONFIG_NOSYSTEM=1
    export GIT_AUTHOR_NAME=someone GIT_AUTHOR_EMAIL=someone@example.org
    export GIT_COMMITTER_NAME=someone GIT_COMMITTER_EMAIL=someone@example.org
    git init -q -b main repository
    mkdir repository/scripts
    cp "$BATS_TEST_DIRNAME/../../scripts/check-commits" repository/scripts/
    cd repository
}

# A commit, by default from after the rule.
commit() {
    GIT_AUTHOR_DATE=${2:-2027-01-01T00:00:00Z} GIT_COMMITTER_DATE=${2:-2027-01-01T00:00:00Z} \
        git commit -q --allow-empty --cleanup=verbatim -m "$1"
}

before_the_rule=2026-11-01T00:00:00Z

accepts() {
    commit "$1"
    run scripts/check-commits HEAD
    [ "$status" = 0 ] || { echo "refused: $1: $output"; return 1; }
}

refuses() {
    commit "$1"
    run scripts/check-commits "HEAD~1..HEAD"
    [ "$status" = 1 ] || { echo "accepted: $1: $output"; return 1; }
    [[ $output == *"$1"*"$2"* ]] || { echo "not for this reason: $output"; return 1; }
}

@test "imperative subjects are accepted" {
    accepts "Resolve names before id prefixes"
    accepts "Process what needs it"
    accepts "Embed the list"
    accepts "Bring back the flag"
    accepts "Alias two names"
    accepts "Bypass the cache"
    accepts "Re-export the module"
    accepts "README: Correct the output"
    accepts "Tests: wait for the lock"
    accepts "Revert \"Resolve names and whatever else was thought to be wise to resolve at that time, in general\""
    accepts "$(printf 'Add %068d' 0)"
    # Bytes do not count.
    accepts "Add $(printf 'ä%.0s' {1..68})"
}

@test "other subjects are rejected, each with its reason" {
    commit "Begin"
    refuses "Added a flag" imperative
    refuses "Adds a flag" imperative
    refuses "Adding a flag" imperative
    refuses "Reprocesses what needs it" imperative
    refuses "Made it work" imperative
    refuses "What is pushed is checked" imperative
    refuses "A registry keeps its blobs" imperative
    refuses "Tests: the lock is waited for" imperative
    refuses "add a flag" "capital letter"
    refuses "Add a flag." period
    refuses "fixup! Begin" autosquash
    refuses "squash! Begin" autosquash
    refuses "$(printf 'Add %069d' 0)" "73 characters"
}

@test "all faulty commits are listed, and only these" {
    commit "Added one"
    commit "Add two"
    commit "Adds three"
    run scripts/check-commits
    [ "$status" = 1 ]
    [ "${#lines[@]}" = 2 ]
    [[ $output != *"Add two"* ]]
}

@test "commits that precede the rule are not checked" {
    commit "everything was different then." "$before_the_rule"
    run scripts/check-commits
    [ "$status" = 0 ]
    [[ $output == *"0 subjects"* ]]
    commit "Adds a flag"
    run scripts/check-commits
    [ "$status" = 1 ]
    [[ $output != *different* ]]
}

@test "only commits that are not upstream are checked" {
    commit "Added and pushed"
    git clone -q . ../clone
    cd ../clone
    mkdir scripts
    cp ../repository/scripts/check-commits scripts/
    commit "Add a flag"
    run scripts/check-commits
    [ "$status" = 0 ]
    [[ $output == *"1 subjects (origin/main..HEAD)"* ]]
    commit "Adds a flag"
    run scripts/check-commits
    [ "$status" = 1 ]
}

@test "without upstream, only commits after the last tag are checked" {
    commit "Added long ago"
    git tag v1
    commit "Add a flag"
    run scripts/check-commits
    [ "$status" = 0 ]
    [[ $output == *"1 subjects (v1..HEAD)"* ]]
}

@test "merges are not checked" {
    commit "Begin"
    git switch -q -c other
    commit "Add a flag"
    git switch -q main
    commit "Add another flag"
    GIT_COMMITTER_DATE=2027-01-01T00:00:00Z git merge -q --no-ff -m "merged." other
    run scripts/check-commits
    [ "$status" = 0 ]
}

@test "a shallow clone with a detached head and no upstream is checked as far as possible" {
    commit "Added, out of reach"
    commit "Add a flag"
    git clone -q --depth 1 "file://$PWD" ../shallow
    cd ../shallow
    mkdir scripts
    cp ../repository/scripts/check-commits scripts/
    git checkout -q --detach
    git remote remove origin
    run scripts/check-commits
    [ "$status" = 0 ]
    [[ $output == *"1 subjects"* ]]
}

@test "a tree without a repository is accepted, an invalid range is an error" {
    commit "Begin"
    run scripts/check-commits nonsense
    [ "$status" = 2 ]
    rm -rf .git
    GIT_CEILING_DIRECTORIES=$BATS_TEST_TMPDIR run scripts/check-commits
    [ "$status" = 0 ]
    [[ $output == *"not checked"* ]]
}

@test "a repository without commits is accepted" {
    run scripts/check-commits
    [ "$status" = 0 ]
}
