#!/usr/bin/env bats
# RUN --device: devices of CDI descriptions.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() {
    enter_new_directory
    mkdir cdi
    echo grain >cdi/grain
    cat >cdi/sack.json <<JSON
{"cdiVersion": "0.6.0", "kind": "sack.test/grain", "devices": [
    {"name": "zero", "containerEdits": {"env": ["SACK=full"], "deviceNodes": [{"path": "/dev/sack", "hostPath": "/dev/zero"}]}},
    {"name": "file", "annotations": {"org.mobyproject.buildkit.device.class": "mills"},
     "containerEdits": {"mounts": [{"hostPath": "$PWD/cdi/grain", "containerPath": "/grain", "options": ["ro", "bind"]}]}},
    {"name": "hooked", "containerEdits": {"hooks": [{"hookName": "createContainer", "path": "/bin/true"}]}}]}
JSON
    printf '%s\n' 'cdiVersion: 0.6.0' 'kind: open.test/mill' 'annotations:' \
        '  org.mobyproject.buildkit.device.autoallow: true' 'devices:' '  - name: wind' '    containerEdits:' \
        '      mounts:' '        - hostPath: '"$PWD/cdi/grain" '          containerPath: /wind' >cdi/open.yaml
    echo '{"cdiVersion": "0.6.0", "kind": "env.test/only", "devices": [{"name": "a", "containerEdits": {"env": ["ONLY=this"]}}]}' \
        >cdi/env.json
}

@test "a device gives nodes, mounts and variables to the step that asks for it, and to no other" {
    dockerfile <<'END'
FROM localhost/busybox
RUN --device=sack.test/grain=zero,required --device=name=mills \
    test -c /dev/sack && head -c 3 /dev/sack | od -An -tx1 >/seen && echo "$SACK" >>/seen && cat /grain >>/seen
RUN test ! -e /dev/sack && test -z "$SACK" && ! cat /grain 2>/dev/null | grep grain
END
    run -0 swiftlet build --cdi-config-dir cdi --allow device -t localhost/sacked .
    run -0 in_image localhost/sacked cat /seen
    prints $' 00 00 00\nfull\ngrain'
}

@test "devices of the host need an entitlement, by name, alias or annotation" {
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=sack.test/grain=file cat /grain'
    run swiftlet build --cdi-config-dir cdi .
    own_failure
    has "Dockerfile:2:14: error: RUN --device: device sack.test/grain=file is requested by the build but not allowed"
    has "add --allow device=sack.test/grain=file"
    run -0 swiftlet build --no-cache --cdi-config-dir cdi --allow device=sack.test/grain=file .
    has_line grain
    run swiftlet build --no-cache --cdi-config-dir cdi --allow device=sack.test/grain=zero .
    own_failure
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=mine,required cat /grain'
    run -0 swiftlet build --no-cache --cdi-config-dir cdi --allow device=sack.test/grain=file,alias=mine .
    has_line grain
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=open.test/mill cat /wind'
    run -0 swiftlet build --no-cache --cdi-config-dir cdi .
    has_line grain
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=env.test/only=* echo "it is $ONLY"'
    run -0 swiftlet build --no-cache --cdi-config-dir cdi .
    has_line "it is this"
}

@test "a device that is not there: required or not; hooks and nonsense are refused" {
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=sack.test/none echo went on'
    run -0 swiftlet build --cdi-config-dir cdi --allow device .
    has "device sack.test/none is not registered"
    has_line "went on"
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=sack.test/none,required true'
    run swiftlet build --cdi-config-dir cdi --allow device .
    own_failure
    has "Dockerfile:2:14: error: RUN --device: required device sack.test/none is not registered"
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=sack.test/grain=hooked true'
    run swiftlet build --cdi-config-dir cdi --allow device .
    own_failure
    has "hooks is not supported"
    dockerfile <<<$'FROM localhost/busybox\nRUN --device=sack.test/grain=file,requird true'
    run swiftlet build --cdi-config-dir cdi --allow device .
    own_failure
    has "did you mean required?"
    run swiftlet build --allow devices .
    own_failure
    has "did you mean device?"
}
