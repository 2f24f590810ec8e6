#!/usr/bin/env bats
# A generated corpus of hostile archives, images and build contexts: over 1,600 cases, none of which may get out, trap, hang,
# leave half an image or fail without a word. What each case is, and what counts as a fault: hostile_corpus/run.py.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# corpus FAMILY: its faults are shown when there are any.
corpus() {
    run -0 python3 "$BATS_TEST_DIRNAME/hostile_corpus/run.py" "$1" -- \
        "$(command -v swiftlet)" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER"
    has "0 escapes, 0 traps, 0 hangs, 0 half-written, 0 silent"
}

@test "archives that lie and lead out, pulled as layers and added by builds" { corpus archives; }
@test "Dockerfiles and contexts of strangers" { corpus contexts; }
# The last: it empties the store of images.
@test "layouts and archives of images, wrong in one place each" { corpus documents; }
