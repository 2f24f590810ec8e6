#!/usr/bin/env bats
# What BuildKit's Dockerfile reference describes, section by section (docs/dockerfile.md): each form once.
# runs as: user

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# A member of the image's configuration.
of_config() { swiftlet inspect --type image "$1" | jq -cS ".OCIv1.config$2"; }

@test "format, directives, escapes and replacement of variables" {
    dockerfile <<'END'
#	 eScApE = `
# check=skip=all
        # a comment
    FROM localhost/busybox
  RUN echo hello `
  # a comment
world '# of words' >/said
RUN echo "`
     hello`
     world" >>/said
ENV s=foobarbaz e= abc=hello
ENV abc=bye def=$abc
LABEL a=${s#f*b} b=${s##f*b} c=${s%b*} d=${s%%b*} e=${s/ba/fo} f=${s//ba/fo} g=${e:-w} h=${e-w} i=${u-w$s} `
    j=${e:+w} k=${e+w} l=`$foo m=`${foo} n=${u:-${s}} o="$abc $def" p='$abc'
END
    swiftlet build -q -t localhost/forms .
    run -0 in_image localhost/forms cat /said
    prints $'hello world # of words\n     hello     world'
    equal "$(of_config localhost/forms '.Labels | del(."io.buildah.version")')" \
        '{"a":"arbaz","b":"az","c":"foobar","d":"foo","e":"fooforbaz","f":"fooforfoz","g":"w","h":"","i":"wfoobarbaz","j":"","k":"w","l":"$foo","m":"${foo}","n":"foobarbaz","o":"bye hello","p":"$abc"}'
    # A directive after another comment is a comment, and one that is there twice an error.
    dockerfile <<<$'# about\n# escape=`\nFROM localhost/busybox\nRUN echo a \\\n  b'
    run -0 swiftlet build .
    has_line "a b"
    dockerfile <<<$'# syntax=a\n# syntax=b\nFROM localhost/busybox'
    run swiftlet build .
    own_failure
    has "Dockerfile:2:1: error: only one syntax parser directive can be used"
}

@test "FROM, ARG and ENV: scopes, defaults, platforms and what is predefined" {
    dockerfile <<'END'
ARG  base=busybox
FROM --platform=$BUILDPLATFORM localhost/${base} AS first
ARG base
USER ${username:-root}
RUN echo "$base $(id -u)" >/said
ARG username
USER $username
RUN echo "$username" >/tmp/said
ARG over
ENV over=env
ARG kept
ENV kept=${kept:-default}
FROM --after=first first
USER 0
ARG TARGETPLATFORM BUILDPLATFORM TARGETOS TARGETARCH
RUN test "$TARGETPLATFORM" = "$BUILDPLATFORM" && test "$TARGETPLATFORM" = "$TARGETOS/$TARGETARCH" && \
    cat /tmp/said >>/said && echo "$over $kept $username $http_proxy $(hostname)" >>/said
END
    swiftlet build -q --build-arg username=1234 --build-arg over=arg --build-arg HTTP_PROXY=http://user:pass@proxy \
        --build-arg BUILDKIT_SANDBOX_HOSTNAME=mill -t localhost/args .
    run -0 in_image localhost/args cat /said
    prints $'busybox 0\n1234\nenv default 1234 http://user:pass@proxy mill'
    run -0 swiftlet history --no-trunc localhost/args
    lacks "user:pass"
    equal "$(of_config localhost/args '.Env | map(select(startswith("kept") or startswith("over")))')" \
        '["over=env","kept=default"]'
}

@test "COPY and ADD: patterns, owners, modes, parents, exclusions" {
    mkdir -p x/y y src/x/y d
    touch x/a.txt y/a.txt x/y/b.txt src/a.txt src/x/b.txt src/x/y/c.txt home.txt homer.md homely 'a b' 'arr[0].txt' \
        index.js index.ts f d/g
    dockerfile <<'END'
FROM localhost/busybox
COPY <<EOF /etc/group
mygroup:x:77:
EOF
COPY --parents ./x/a.txt ./y/a.txt /p/
COPY --parents ./x/./y/*.txt /q/
COPY --parents ./src/**/*.txt /r/
COPY --exclude=*.txt --exclude=*.md hom* /m/
ADD arr[[]0].txt index.?s ../d /n/
ADD ["a b", "/n/"]
COPY --chown=1 f /o/1
COPY --chown=55:mygroup --chmod=644 f /o/2
COPY --chmod=+x f /o/3
ARG MODE=440
COPY --chmod=$MODE f /o/4
COPY --chmod=u=rwX,go=rX d /o/5/
RUN find /p /q /r /m /n -type f | sort >/found && stat -c "%n %a %u:%g" /o/1 /o/2 /o/3 /o/4 /o/5/g >/owners
END
    swiftlet build -q -t localhost/copied .
    run -0 in_image localhost/copied cat /found
    prints "/m/homely
/n/a b
/n/arr[0].txt
/n/g
/n/index.js
/n/index.ts
/p/x/a.txt
/p/y/a.txt
/q/y/b.txt
/r/src/a.txt
/r/src/x/b.txt
/r/src/x/y/c.txt"
    run -0 in_image localhost/copied cat /owners
    prints "/o/1 644 1:1
/o/2 644 55:77
/o/3 755 0:0
/o/4 440 0:0
/o/5/g 644 0:0"
}

@test "CMD, ENTRYPOINT, EXPOSE, LABEL, STOPSIGNAL, VOLUME, HEALTHCHECK and MAINTAINER are in the configuration" {
    dockerfile <<'END'
FROM localhost/busybox
LABEL "com.example.vendor"="ACME Incorporated" description="This text illustrates \
that label-values can span multiple lines."
MAINTAINER me
EXPOSE 80 80/udp 90-91
ENV MY_DOG=Rex\ The\ Dog
ENV ONE TWO= THREE=world
STOPSIGNAL SIGKILL
VOLUME /var/log /var/db
VOLUME ["/data x"]
CMD ["first"]
ENTRYPOINT exec_entry p1_entry
HEALTHCHECK --interval=5m --timeout=3s --start-period=1s --start-interval=2s --retries=4 CMD curl -f http://localhost/
END
    swiftlet build -q --format docker -t localhost/configured .
    equal "$(of_config localhost/configured '| [.ExposedPorts, .Volumes] | map(keys)')" \
        '[["80/tcp","80/udp","90/tcp","91/tcp"],["/data x","/var/db","/var/log"]]'
    equal "$(of_config localhost/configured '| [.StopSignal, .Entrypoint, .Cmd]')" \
        '["SIGKILL",["/bin/sh","-c","exec_entry p1_entry"],["first"]]'
    equal "$(of_config localhost/configured '.Labels.description')" \
        '"This text illustrates that label-values can span multiple lines."'
    equal "$(of_config localhost/configured '.Env | map(select(test("^(MY_DOG|ONE)=")))')" '["MY_DOG=Rex The Dog","ONE=TWO= THREE=world"]'
    equal "$(swiftlet inspect --type image localhost/configured | jq -c '[.OCIv1.author, .Docker.config.Healthcheck.StartInterval]')" \
        '["me",2000000000]'
}
