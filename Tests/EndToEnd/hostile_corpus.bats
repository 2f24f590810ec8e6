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

@test "malformed and escaping archives, pulled as layers and added by builds" { corpus archives; }
@test "hostile Dockerfiles and build contexts" { corpus contexts; }
# The last: it empties the store of images.
@test "layouts and image archives with a single defect each" { corpus documents; }
