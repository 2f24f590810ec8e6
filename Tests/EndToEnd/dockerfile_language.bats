#!/usr/bin/env bats
# swiftlet build: what Docker's Dockerfile language defines beyond the single instructions: variables, platforms, stages
# that triggers and contexts refer to, heredocs, build checks.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

@test "variables: a stage inherits ARGs, the last ENV or ARG counts, ENV set again keeps its place" {
    dockerfile <<'EOF'
FROM localhost/busybox AS low
ARG crop=rye
ENV field=low A=1 B=2
ENV A=3
FROM low
ARG field=high
ARG TARGETSTAGE
ENV was=$crop
RUN echo "$crop $field $TARGETSTAGE $$ ${$}" >/seen
EOF
    run -0 swiftlet build --no-cache -t variables .
    run -0 in_image variables cat /seen
    matches '^rye high default [0-9]+ '
    equal "$(in_config variables '[.OCIv1.config.Env[] | select(test("^(A|B|field|was)="))]')" \
        '["field=low","A=3","B=2","was=rye"]'
    # Variables of stages that are not built do not matter.
    dockerfile <<<$'FROM localhost/busybox AS unneeded\nENV x=${nope:?required}\nFROM localhost/busybox'
    run -0 swiftlet build .
}

@test "proxies are visible in both cases, and BUILDKIT_SANDBOX_HOSTNAME names the host" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo "$ftp_proxy $FTP_PROXY $(hostname) $HOSTNAME" >/seen'
    run -0 swiftlet build --no-cache -t surroundings --build-arg FTP_PROXY=via \
        --build-arg BUILDKIT_SANDBOX_HOSTNAME=millpond .
    run -0 in_image surroundings cat /seen
    prints "via via millpond millpond"
    run swiftlet build --build-arg BUILDKIT_SANDBOX_HOSTNAME="two words" .
    own_failure
    has "BUILDKIT_SANDBOX_HOSTNAME"
}

@test "platforms: normalized names, empty ones refused, the requested one is the image's" {
    dockerfile <<<$'FROM scratch\nARG TARGETPLATFORM\nLABEL for=$TARGETPLATFORM'
    run -0 swiftlet build --platform linux/arm -t arm .
    equal "$(in_config arm '[.OCIv1.variant, .OCIv1.config.Labels["for"], .OCIv1.config.WorkingDir]')" '["v7","linux/arm/v7","/"]'
    run -0 swiftlet build --platform linux/arm64/v8 -t arm .
    equal "$(in_config arm '.OCIv1.config.Labels["for"]')" '"linux/arm64"'

    dockerfile <<<$'FROM --platform=linux/ppc64le scratch\nLABEL a=b'
    run -0 swiftlet build --platform linux/s390x -t requested .
    equal "$(in_config requested '.OCIv1.architecture')" '"s390x"'

    dockerfile <<<$'FROM --platform=$TRAGETPLATFORM scratch\nLABEL a=b'
    run swiftlet build .
    own_failure
    has "empty platform value"
    has "did you mean TARGETPLATFORM?"

    # Unless one is requested, a base for another platform is only questionable.
    dockerfile base <<<$'FROM scratch\nLABEL a=b'
    run -0 swiftlet build --platform linux/ppc64le -t other -f base .
    dockerfile <<<$'FROM localhost/other\nLABEL a=b'
    run -0 swiftlet build .
    has "InvalidBaseImagePlatform"
}

@test "several platforms: a list under the tag, a directory for each in the output" {
    echo grain >rye
    dockerfile <<<$'FROM scratch\nCOPY rye /'
    run -0 swiftlet build -t single .
    run -0 swiftlet build --platform linux/arm64,linux/arm -t single -o out .
    run -0 swiftlet manifest inspect localhost/single
    equal "$(jq -c '[.manifests[].platform | [.architecture, .variant]]' <<<"$output")" '[["arm64",null],["arm","v7"]]'
    equal "$(cat out/linux_arm64/rye out/linux_arm_v7/rye)" $'grain\ngrain'
    run -0 swiftlet build --platform linux/arm64,linux/arm -o type=tar,dest=out.tar .
    run -0 tar tf out.tar
    has_line linux_arm64/rye
    has_line linux_arm_v7/rye
}

@test "triggers of a base image may use stages of the Dockerfile" {
    dockerfile low <<<$'FROM localhost/busybox\nONBUILD COPY --from=granary /heap /in/\nONBUILD RUN --mount=from=cellar,target=/c cat /c/jar >/in/jar'
    run -0 swiftlet build -t low -f low .
    dockerfile <<'EOF'
FROM localhost/busybox AS granary
RUN echo grain >/heap
FROM localhost/busybox AS cellar
RUN echo jam >/jar
FROM localhost/low AS mill
EOF
    run -0 swiftlet build -t triggered .
    run -0 in_image triggered cat /in/heap /in/jar
    prints $'grain\njam'
}

@test "--build-context replaces stages and images by directories, layouts and nothing" {
    mkdir west
    echo hay >west/hay
    dockerfile <<'EOF'
FROM localhost/busybox AS low
RUN echo built >/hay
FROM low AS directory
FROM localhost/busybox
COPY --from=0 /hay /by-number
COPY --from=low /hay /by-name
COPY --from=directory /hay /by-base
EOF
    run -0 swiftlet build -t contexts --build-context low=west .
    run -0 in_image contexts cat /by-number /by-name /by-base
    prints $'hay\nhay\nhay'
    lacks built

    dockerfile <<<$'FROM docker.io/library/swan:latest\nCOPY --from=empty . /nothing\nRUN cat /etc/passwd >/seen'
    swiftlet push localhost/busybox "oci:$PWD/layout:1" >/dev/null 2>&1
    digest=$(jq -r '.manifests[0].digest' layout/index.json)
    run -0 swiftlet build --build-context swan=oci-layout://layout:1 --build-context empty=docker-image://scratch .
    run -0 swiftlet build --build-context "swan=oci-layout://layout@$digest" --build-context empty=docker-image://scratch .
}

@test "heredocs: blanks before the name, CRLF, backslashes as Docker has them" {
    printf 'FROM localhost/busybox\r\nRUN <<  EOF\r\nset -e\r\necho one >/a\r\nEOF\r\nCOPY <<E /b\r\nre\\.x \\\\ "\\$V"\r\nE\r\n' >Dockerfile
    run -0 swiftlet build -t heredocs .
    run -0 in_image heredocs cat /a /b
    prints $'one\nre.x \\ "$V"'
}

@test "VOLUME makes its directory for later steps, and a missing working directory is made" {
    dockerfile <<<$'FROM localhost/busybox\nVOLUME /vol\nWORKDIR /gone\nRUN rmdir /gone && ls -d /vol\nRUN pwd >/seen'
    run -0 swiftlet build -t made .
    has_line /vol
    run -0 in_image made cat /seen
    prints /gone
    dockerfile <<<$'FROM localhost/busybox\nVOLUME /vol'
    run -0 swiftlet build -t alone .
    equal "$(layer_count alone)" 1
    run -0 swiftlet build --layers=false --no-cache -t alone .
    equal "$(last_layer_names alone)" vol
}

@test "/run exists in a step only if the image has it, and root needs no name in the image" {
    dockerfile <<<$'FROM localhost/busybox\nRUN rm -rf /run; mkdir /run && touch /run/ready'
    run -0 swiftlet build .
    dockerfile <<<$'FROM scratch\nCOPY --chown=root:root Dockerfile /'
    run -0 swiftlet build .
}

@test "build -: a Dockerfile, or an archive of a context" {
    mkdir context
    echo grain >context/rye
    dockerfile context/Dockerfile <<<$'FROM scratch\nCOPY rye /\n'
    for options in "" z; do
        tar -C context -c"$options"f context.tar .
        run -0 swiftlet build --no-cache -t archived -o out - <context.tar
        equal "$(cat out/rye)" grain
        rm -r out
    done
    run -0 swiftlet build - <<<$'FROM localhost/busybox\nRUN true'
    dockerfile comments.in <<<$'# plain words\nFROM localhost/busybox\nRUN true'
    run -0 swiftlet build -f comments.in .
    has "invalid preprocessing directive"
}

@test "suggestions for mistyped targets and mount keys" {
    dockerfile <<<$'FROM localhost/busybox AS harbour\nRUN --mount=type=cache,tarket=/x true'
    run swiftlet build --target harbuor .
    own_failure
    has "did you mean harbour?"
    run swiftlet build .
    own_failure
    has "did you mean target?"
}
