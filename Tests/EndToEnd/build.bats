#!/usr/bin/env bats
# swiftlet build: every instruction of a Dockerfile, and every flag.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# --- The walkthrough -------------------------------------------------------------------------------------------------

@test "the walkthrough: steps, output, history, and a layer only for steps that change files" {
    run -0 swiftlet build -t my-image "$EXAMPLES/hello"
    has_line "STEP 1/3: FROM localhost/busybox"
    has_line "STEP 2/3: RUN echo Hello"
    has_line "Hello"
    has_line "STEP 3/3: RUN touch my-file"
    has "COMMIT my-image"
    [[ ${lines[-1]} =~ ^[0-9a-f]{64}$ ]] || fail "the last line is no image id:" "$output"
    equal "$(in_config my-image '.FromImageID')" "\"${lines[-1]}\""

    equal "$(layer_count my-image)" 2
    equal "$(in_config my-image '[.OCIv1.history[] | .empty_layer // false]')" "[false,true,true,true,false]"
    equal "$(in_config my-image '[.OCIv1.history[-2:][].created_by]')" '["/bin/sh -c echo Hello","/bin/sh -c touch my-file"]'
    equal "$(last_layer_names my-image)" my-file
    run -0 in_image my-image ls -l /my-file
    matches '^-rw-r--r-- +1 root +root +0 .* /my-file$'
}

@test "bud is an alias of build; without a name, the image has none" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo nameless >/nameless'
    run -0 swiftlet bud .
    local id=${lines[-1]}
    run -0 swiftlet images -a --json
    equal "$(jq -c ".[] | select(.id == \"${id:0:12}\") | .names" <<<"$output")" null
}

# --- FROM and ARG ----------------------------------------------------------------------------------------------------

@test "ARG before FROM selects the base; a stage must redeclare it to use it" {
    dockerfile <<'EOF'
ARG base=no-such-image
ARG version=1.0
ARG hidden=secret
FROM ${base} AS one
ARG version
ARG own=default
ARG nothing
RUN echo "version=$version own=$own nothing=[${nothing-unset}] hidden=[${hidden-unset}]" >/args
EOF
    run -0 swiftlet build -t args --build-arg base=localhost/busybox --build-arg own=given .
    run -0 in_image args cat /args
    prints "version=1.0 own=given nothing=[unset] hidden=[unset]"
    equal "$(in_config args '.OCIv1.config.Env')" '["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]'
}

@test "a build argument can refer to an earlier one; ENV overrides ARG" {
    dockerfile <<'EOF'
ARG major=12
ARG release=${major}.7
FROM localhost/busybox
ARG release
ARG full=v${release}
ARG both=from-arg
ENV both=from-env
RUN echo "$full $both" >/args
EOF
    run -0 swiftlet build -t args --build-arg both=from-command-line .
    run -0 in_image args cat /args
    prints "v12.7 from-env"
}

@test "--build-arg NAME takes the value from the environment; an undeclared argument causes a warning" {
    dockerfile <<<$'FROM localhost/busybox\nARG FROM_OUTSIDE\nRUN echo $FROM_OUTSIDE >/args'
    export FROM_OUTSIDE=environment
    run -0 swiftlet build -t args --build-arg FROM_OUTSIDE --build-arg typo=1 .
    has "one or more build args were not consumed: [typo]"
    run -0 in_image args cat /args
    prints environment
}

@test "platform arguments and proxy variables are predefined" {
    dockerfile <<'EOF'
FROM localhost/busybox
ARG TARGETARCH
ARG TARGETOS
ARG TARGETPLATFORM
RUN echo "$TARGETPLATFORM $TARGETOS/$TARGETARCH proxy=$http_proxy" >/args
EOF
    run -0 swiftlet build -t args --build-arg http_proxy=http://127.0.0.1:9 .
    lacks "not consumed"
    run -0 in_image args cat /args
    local arch
    arch=$(in_config localhost/busybox .OCIv1.architecture | tr -d '"')
    prints "linux/$arch linux/$arch proxy=http://127.0.0.1:9"
    [[ $(in_config args '.OCIv1.history') != *127.0.0.1* ]] || fail "the proxy stands in the history"
    [[ $(in_config args '.OCIv1.config') != *127.0.0.1* ]] || fail "the proxy stands in the configuration"
}

@test "FROM --platform accepts the host's platform and rejects another" {
    local arch
    arch=$(in_config localhost/busybox .OCIv1.architecture | tr -d '"')
    dockerfile <<<"FROM --platform=linux/$arch localhost/busybox"
    run -0 swiftlet build .
    dockerfile <<<"FROM --platform=linux/s390x localhost/busybox"
    run swiftlet build .
    own_failure
    has "s390x"
}

# --- ENV and expansion -----------------------------------------------------------------------------------------------

@test "ENV: both forms, quotes; values are those before the instruction" {
    dockerfile <<'EOF'
FROM localhost/busybox
ENV abc=hello
ENV abc=bye def=$abc
ENV ghi=$abc
ENV old form with   spaces
ENV single='$abc' double="$abc and more" escaped=\$abc spaced=a\ b
EOF
    run -0 swiftlet build -t env .
    equal "$(in_config env '.OCIv1.config.Env[1:]')" \
        '["abc=bye","def=hello","ghi=bye","old=form with   spaces","single=$abc","double=bye and more","escaped=$abc","spaced=a b"]'
    run -0 in_image env sh -c 'echo "$abc $def $single $spaced"'
    prints 'bye hello $abc a b'
}

@test "expansion with :- and :+ in every instruction that supports it" {
    dockerfile <<'EOF'
FROM localhost/busybox
ENV set=value empty=
LABEL a=${unset:-fallback} b=${set:-fallback} c=${empty:-fallback} d=${empty-kept} e=${set:+there} f=${unset:+there} g=${set}suffix
WORKDIR /${set}/dir
USER ${nobody:-nobody}
EXPOSE ${port:-80}/tcp
VOLUME /${set:+data}
STOPSIGNAL ${signal:-SIGINT}
EOF
    run -0 swiftlet build -t expanded .
    equal "$(in_config expanded '.OCIv1.config.Labels | [.a, .b, .c, .d, .e, .f, .g]')" \
        '["fallback","value","fallback","","there","","valuesuffix"]'
    equal "$(in_config expanded '.OCIv1.config | [.WorkingDir, .User, (.ExposedPorts|keys[0]), (.Volumes|keys[0]), .StopSignal]')" \
        '["/value/dir","nobody","80/tcp","/data","SIGINT"]'
}

@test "variables are expanded by the shell in RUN, by the container in CMD and ENTRYPOINT" {
    dockerfile <<'EOF'
FROM localhost/busybox
ENV name=image
RUN name=shell; echo $name ${name} >/who
CMD echo $name
EOF
    run -0 swiftlet build -t shells .
    run -0 in_image shells cat /who
    prints "shell shell"
    run -0 in_image -e name=container shells
    prints container
}

# --- RUN -------------------------------------------------------------------------------------------------------------

@test "RUN in shell form, in exec form, and on several lines with comments" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN echo one >/out && \
    # a comment in the middle
    echo two >>/out && \

    echo three >>/out
RUN ["/bin/sh", "-c", "echo $0 \"quoted\" >>/out", "zero"]
RUN ["/bin/touch", "/a name with $HOME"]
EOF
    run -0 swiftlet build -t forms .
    run -0 in_image forms sh -c 'cat /out; ls / | grep name'
    prints $'one\ntwo\nthree\nzero quoted\na name with $HOME'
}

@test "RUN has an empty standard input" {
    dockerfile <<<$'FROM localhost/busybox\nRUN cat >/stdin; wc -c </stdin >/size'
    run -0 swiftlet build -t stdin . <<<"not for the step"
    run -0 in_image stdin cat /size
    prints 0
}

@test "heredocs: scripts for the shell, for another interpreter, several in one instruction" {
    dockerfile <<'EOF'
FROM localhost/busybox
ENV who=world
RUN <<SCRIPT
set -e
echo "hello $who" >/one
echo second >>/one
SCRIPT
RUN <<-'TABS'
	echo "tabs gone: $who" >/two
	TABS
RUN <<EOS
#!/bin/awk -f
BEGIN { print "awk was here" >"/three" }
EOS
RUN cat <<A >/four && cat <<B >>/four
first
A
second
B
EOF
    run -0 swiftlet build -t heredocs .
    run -0 in_image heredocs cat /one /two /three /four
    prints $'hello world\nsecond\ntabs gone: world\nawk was here\nfirst\nsecond'
}

@test "COPY writes heredocs as files, expanded unless quoted" {
    dockerfile <<'EOF'
FROM localhost/busybox
ARG who=builder
COPY --chmod=0751 --chown=3:4 <<one /etc/one
built by $who \$who
one
COPY <<"two" <<three /dir/
not $who
two
number three
three
EOF
    run -0 swiftlet build -t inline .
    run -0 in_image inline sh -c 'cat /etc/one /dir/two /dir/three; stat -c "%a %u:%g" /etc/one /dir/two'
    prints $'built by builder $who\nnot $who\nnumber three\n751 3:4\n644 0:0'
}

@test "RUN --network=none has only a loopback device" {
    dockerfile <<<$'FROM localhost/busybox\nRUN --network=none tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " " >/devices'
    run -0 swiftlet build -t offline .
    run -0 in_image offline cat /devices
    prints lo
}

@test "SHELL replaces the shell of RUN, CMD and ENTRYPOINT, also in OCI images" {
    dockerfile <<'EOF'
FROM localhost/busybox
SHELL ["/bin/busybox", "ash", "-euc"]
RUN echo "$0 options: $-" >/shell
CMD echo default
EOF
    run -0 swiftlet build -t shell .
    run -0 in_image shell cat /shell
    matches 'options: [a-z]*e' && matches 'options: [a-z]*u'
    equal "$(in_config shell '.Docker.config | [.Shell, .Cmd]')" \
        '[["/bin/busybox","ash","-euc"],["/bin/busybox","ash","-euc","echo default"]]'
}

# --- USER and WORKDIR --------------------------------------------------------------------------------------------------

@test "USER by name, by number, with a group, and by unlisted numbers" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN echo 'app:x:1000:1001:app:/home/app:/bin/sh' >>/etc/passwd && \
    printf 'app:x:1001:\nmore:x:2000:app\nother:x:3000:\n' >>/etc/group && chmod 1777 /tmp
USER app
RUN id >/tmp/name
USER 1000
RUN id >/tmp/number
USER app:other
RUN id >/tmp/group
USER 4444:5555
RUN id -u >/tmp/nobodys; id -g >>/tmp/nobodys
USER root
RUN id -u >/tmp/root
EOF
    run -0 swiftlet build -t users .
    run -0 in_image users cat /tmp/name /tmp/number /tmp/group /tmp/nobodys /tmp/root
    prints "$(printf '%s\n' \
        'uid=1000(app) gid=1001(app) groups=1001(app),2000(more)' \
        'uid=1000(app) gid=1001(app) groups=1001(app),2000(more)' \
        'uid=1000(app) gid=3000(other) groups=3000(other)' 4444 5555 0)"
}

@test "HOME is the user's home directory" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN echo "$HOME" >/tmp/root
USER nobody
RUN echo "$HOME" >/tmp/nobody
EOF
    run -0 swiftlet build -t homes .
    run -0 in_image homes cat /tmp/root /tmp/nobody
    prints $'/root\n/home'
}

@test "a user missing from the image is an error in its step" {
    dockerfile <<<$'FROM localhost/busybox\nUSER ghost\nRUN true'
    run swiftlet build .
    [ "$status" -ne 0 ]
    has ghost
    has "Dockerfile:3"
}

@test "WORKDIR creates directories, resolves relative paths, and adds no layer for an existing directory" {
    dockerfile <<'EOF'
FROM localhost/busybox
ENV top=/srv
WORKDIR $top
WORKDIR app/../app
WORKDIR data
RUN pwd >/where && stat -c '%a %u:%g' /srv/app/data >>/where
COPY file .
WORKDIR /etc
EOF
    echo content >file
    run -0 swiftlet build -t workdir .
    run -0 in_image -w / workdir sh -c 'cat /where /srv/app/data/file'
    prints $'/srv/app/data\n755 0:0\ncontent'
    run -0 in_image workdir pwd
    prints /etc
    equal "$(in_config workdir '.OCIv1.history[-1] | [.created_by, .empty_layer]')" '["/bin/sh -c #(nop) WORKDIR /etc",true]'
}

# --- COPY ------------------------------------------------------------------------------------------------------------

@test "COPY: a file to a path, to a directory, several to a directory, and relative to WORKDIR" {
    echo a >a.txt
    echo b >b.txt
    dockerfile <<'EOF'
FROM localhost/busybox
COPY a.txt /renamed.txt
COPY a.txt /new/directory/
COPY a.txt b.txt /both/
COPY a.txt /tmp
WORKDIR /work
COPY b.txt ./
COPY b.txt sub/c.txt
EOF
    run -0 swiftlet build -t copies .
    run -0 in_image -w / copies sh -c 'cd /; grep -H . renamed.txt new/directory/* both/* tmp/* work/b.txt work/sub/*; stat -c %a /new /work/sub'
    prints "$(printf '%s\n' renamed.txt:a new/directory/a.txt:a both/a.txt:a both/b.txt:b tmp/a.txt:a work/b.txt:b \
        work/sub/c.txt:b 755 755)"
}

@test "COPY of a directory copies its content: modes, links, empty directories, hidden files; the owner is root" {
    mkdir -p tree/sub/empty tree/.hidden
    echo run >tree/sub/program
    chmod 750 tree/sub/program
    chmod 2775 tree/sub
    echo h >tree/.hidden/file
    ln -s sub/program tree/link
    ln -s /nowhere tree/dangling
    touch -d '2001-02-03 04:05:06.789 UTC' tree/sub/program
    dockerfile <<<$'FROM localhost/busybox\nCOPY tree /opt/tree'
    run -0 swiftlet build -t directory .
    run -0 in_image directory sh -c 'cd /opt/tree; find . | sort; readlink link; readlink dangling; stat -c "%a %u:%g %y" sub/program; stat -c %a sub'
    prints "$(printf '%s\n' . ./.hidden ./.hidden/file ./dangling ./link ./sub ./sub/empty ./sub/program sub/program \
        /nowhere '750 0:0 2001-02-03 04:05:06.789000000 +0000' 2775)"
}

@test "COPY merges into an existing directory and replaces files of the same name" {
    mkdir -p new/etc
    echo new >new/etc/os-release
    dockerfile <<<$'FROM localhost/busybox\nCOPY new/ /'
    run -0 swiftlet build -t merged .
    run -0 in_image merged sh -c 'cat /etc/os-release; ls /etc/passwd'
    prints $'new\n/etc/passwd'
}

@test "COPY with wildcards, unusual names, and in JSON form" {
    mkdir dir
    touch one.c two.c three.h 'with space' $'dir/\xc3\xa9t\xc3\xa9' -- dir/-dash 'dir/[x]'
    dockerfile <<'EOF'
FROM localhost/busybox
COPY *.c t?ree.h /src/
COPY ["with space", "/target dir/"]
COPY dir /dir
COPY [[]x]* /brackets/
EOF
    run swiftlet build -t wild .
    # The context has no [x]* at its top: a pattern that matches nothing is an error, unless another source is there.
    own_failure
    sed -i 's|^COPY \[\[\]x\]\* |&dir/[[]x] |' Dockerfile
    run -0 swiftlet build -t wild .
    run -0 in_image wild find /src '/target dir' /dir /brackets -type f
    equal "$(sort <<<"$output")" "$(printf '%s\n' '/brackets/[x]' /dir/-dash '/dir/[x]' $'/dir/\xc3\xa9t\xc3\xa9' /src/one.c \
        /src/three.h /src/two.c '/target dir/with space')"
}

@test "COPY --chown by number and by names of the image, and --chmod" {
    mkdir -p tree/sub
    echo x >tree/sub/file
    echo y >single
    dockerfile <<'EOF'
FROM localhost/busybox
RUN echo 'app:x:1000:1001::/:/bin/sh' >>/etc/passwd; echo 'web:x:3000:' >>/etc/group
COPY --chown=12:34 tree /numbers
COPY --chown=app single /user
COPY --chown=app:web single /both
COPY --chown=77 --chmod=4711 single /mode
COPY --chown=app:web single /made/by/copy/single
EOF
    run -0 swiftlet build -t owners .
    run -0 in_image owners stat -c '%n %a %u:%g' /numbers /numbers/sub /numbers/sub/file /user /both /mode /made/by/copy/single
    has "/numbers 755 12:34"
    has "/numbers/sub/file 644 12:34"
    has "/user 644 1000:1001"
    has "/both 644 1000:3000"
    has "/mode 4711 77:"
    has "/made/by/copy/single 644 1000:3000"
}

@test "COPY --from an earlier stage, by name and number, and from an image" {
    dockerfile <<'EOF'
FROM localhost/busybox AS Maker
RUN mkdir /out && echo made >/out/file && chown 8:9 /out/file && chmod 4755 /out/file && ln /out/file /out/second && ln -s file /out/link
FROM scratch AS middle
COPY --from=0 /out/file /from-number
FROM localhost/busybox
COPY --from=maker /out /out
COPY --from=middle / /middle
COPY --from=localhost/busybox /etc/os-release /copied-release
EOF
    run -0 swiftlet build -t stages .
    has "[1/3] STEP 1/2: FROM localhost/busybox AS Maker"
    run -0 in_image stages sh -c 'stat -c "%a %u:%g %h" /out/file /out/second; readlink /out/link; cat /middle/from-number; head -n 1 /copied-release'
    prints "$(printf '%s\n' '4755 8:9 2' '4755 8:9 2' file made 'NAME="busybox"')"
}

@test "COPY onto symbolic links of the image stays inside the image" {
    echo payload >file
    mkdir dir
    echo inner >dir/inner
    dockerfile <<EOF
FROM localhost/busybox
RUN ln -s $PWD/outside /absolute && ln -s ../../../../../../../../tmp /up && mkdir -p $PWD/outside && ln -s etc /short
COPY file /absolute/file
COPY file /up/
COPY dir /short/
EOF
    mkdir outside
    run -0 swiftlet build -t links .
    [ -z "$(ls outside)" ] || fail "COPY wrote outside of the image"
    run -0 in_image links sh -c "cat $PWD/outside/file /tmp/file /etc/inner; readlink /short"
    prints $'payload\npayload\ninner\netc'
}

@test "COPY cannot read outside the context" {
    echo secret >secret
    mkdir context
    ln -s ../secret context/link
    ln -s .. context/up
    dockerfile context/Dockerfile <<<$'FROM localhost/busybox\nCOPY ../secret /stolen'
    run swiftlet build -t thief context
    own_failure
    dockerfile context/Dockerfile <<<$'FROM localhost/busybox\nCOPY up/secret /stolen'
    run swiftlet build -t thief context
    own_failure
    dockerfile context/Dockerfile <<<$'FROM localhost/busybox\nCOPY link /stolen\nRUN ! grep secret /stolen'
    run swiftlet build -t thief context
    lacks secret$'\n'
    if [ "$status" = 0 ]; then run ! in_image thief grep -q secret /stolen; fi
}

@test "COPY keeps hard links, holes and attributes of the context" {
    mkdir tree
    echo shared >tree/a
    ln tree/a tree/b
    truncate -s 64M tree/sparse
    setfattr -n user.note -v kept tree/a
    dockerfile <<<$'FROM localhost/busybox\nCOPY tree /tree'
    run -0 swiftlet build -t special .
    run -0 in_image special sh -c 'stat -c "%h %s" /tree/a; stat -c %s /tree/sparse; [ $(stat -c %b /tree/sparse) -lt 1000 ] && echo sparse'
    prints $'2 7\n67108864\nsparse'
    local layer
    layer=$(layer_files special | tail -n 1)
    equal "$(tar --xattrs --xattrs-include='*' -tvvf "$layer" | grep -o 'x: .*user.note' | tr -s ' ')" "x: 4 user.note"
}

# --- ADD -------------------------------------------------------------------------------------------------------------

@test "ADD unpacks archives with any compression, COPY does not; other files stay files" {
    mkdir pack
    echo packed >pack/file
    chmod 640 pack/file
    local tar=(tar --create --owner=5 --group=6 --numeric-owner --directory pack)
    "${tar[@]}" --file plain.tar file
    "${tar[@]}" --gzip --file packed.tgz file
    "${tar[@]}" --bzip2 --file packed.tar.bz2 file
    "${tar[@]}" --xz --file packed.tar.xz file
    "${tar[@]}" --zstd --file packed.tar.zst file
    cp plain.tar no-suffix
    echo 'just text' >text.tar
    gzip -k text.tar
    dockerfile <<'EOF'
FROM localhost/busybox
ADD plain.tar /plain
ADD packed.tgz /gzip/
ADD packed.tar.bz2 /bzip2
ADD packed.tar.xz /xz
ADD packed.tar.zst /zstd
ADD no-suffix /detected
ADD text.tar text.tar.gz /kept/
COPY plain.tar /copied/
EOF
    run -0 swiftlet build -t added .
    run -0 in_image added sh -c 'for d in plain gzip bzip2 xz zstd detected; do cat /$d/file; stat -c "%a %u:%g" /$d/file; done | sort | uniq -c | tr -s " "; ls /kept /copied'
    prints "$(printf '%s\n' ' 6 640 5:6' ' 6 packed' '/copied:' plain.tar '' '/kept:' text.tar text.tar.gz)"
}

@test "ADD of an archive over existing directories and files" {
    mkdir -p pack/etc pack/home
    echo changed >pack/etc/os-release
    chmod 711 pack/home
    tar --create --file root.tar --owner=0 --group=0 --directory pack etc home
    dockerfile <<<$'FROM localhost/busybox\nADD root.tar /\nADD --chown=7:7 root.tar /owned'
    run -0 swiftlet build -t onto .
    run -0 in_image onto sh -c 'cat /etc/os-release; ls /etc/passwd; stat -c "%a %u" /home /owned/etc/os-release'
    prints $'changed\n/etc/passwd\n711 0\n644 7'
}

@test "ADD of an unreachable URL is an error that names it" {
    dockerfile <<<$'FROM localhost/busybox\nADD http://127.0.0.1:1/x /x'
    run swiftlet build .
    own_failure
    has "http://127.0.0.1:1/x"
}

# --- Ignore files ----------------------------------------------------------------------------------------------------

@test ".dockerignore hides files, with ** and exceptions" {
    mkdir -p src/deep/deeper docs .git
    touch keep.txt drop.log src/a.c src/a.o src/deep/b.o src/deep/deeper/c.o src/deep/important.o docs/x.md docs/README.md .git/config
    cat >.dockerignore <<'EOF'
# comment
*.log
**/*.o
!src/deep/important.o
docs
!docs/README.md
.git
EOF
    dockerfile <<<$'FROM localhost/busybox\nCOPY . /all'
    run -0 swiftlet build -t ignoring .
    run -0 in_image ignoring sh -c 'cd /all; find . -type f | sort'
    prints "$(printf '%s\n' ./.dockerignore ./Dockerfile ./docs/README.md ./keep.txt ./src/a.c ./src/deep/important.o)"
}

@test ".containerignore takes precedence over .dockerignore, and an ignored source is an error" {
    touch a b
    echo a >.dockerignore
    echo b >.containerignore
    dockerfile <<<$'FROM localhost/busybox\nCOPY a /'
    run -0 swiftlet build .
    dockerfile <<<$'FROM localhost/busybox\nCOPY b /'
    run swiftlet build .
    own_failure
    has "Dockerfile:2"
}

# --- Instructions that only change the configuration -----------------------------------------------------------------------

@test "configuration: every field is in the OCI image, without a layer" {
    dockerfile <<'EOF'
FROM localhost/busybox
MAINTAINER Some Body <body@example.org>
LABEL one=1 "two words"="a value" three="line \
continued"
EXPOSE 80 443/tcp 53/udp 8000-8002
VOLUME ["/data", "/logs"]
VOLUME /more
STOPSIGNAL 9
HEALTHCHECK --interval=5m --timeout=3s --start-period=1s --retries=4 CMD test -e /alive || exit 1
ENTRYPOINT ["/bin/echo", "entry"]
CMD ["and", "command"]
ONBUILD RUN echo later
EOF
    run -0 swiftlet build -t configured .
    equal "$(layer_count configured)" 1
    equal "$(in_config configured '.OCIv1.author')" '"Some Body <body@example.org>"'
    equal "$(in_config configured '.OCIv1.config.Labels')" '{"one":"1","three":"line continued","two words":"a value"}'
    equal "$(in_config configured '.OCIv1.config | [(.ExposedPorts|keys), (.Volumes|keys), .StopSignal]')" \
        '[["443/tcp","53/udp","80/tcp","8000/tcp","8001/tcp","8002/tcp"],["/data","/logs","/more"],"9"]'
    equal "$(in_config configured '.Docker.config.Healthcheck | [.Test, .Interval, .Timeout, .StartPeriod, .Retries]')" \
        '[["CMD-SHELL","test -e /alive || exit 1"],300000000000,3000000000,1000000000,4]'
    equal "$(in_config configured '.Docker.config.OnBuild')" '["RUN echo later"]'
    run -0 in_image configured
    prints "entry and command"
    run -0 in_image configured replaced
    prints "entry replaced"
}

@test "ENTRYPOINT resets the base's CMD, HEALTHCHECK NONE its health check" {
    dockerfile <<<$'FROM localhost/busybox\nCMD ["from-base"]\nHEALTHCHECK CMD true'
    run -0 swiftlet build -t parent .
    dockerfile <<<$'FROM parent\nENTRYPOINT ["/bin/echo", "only"]\nHEALTHCHECK NONE'
    run -0 swiftlet build -t child .
    equal "$(in_config child '.Docker.config | [.Cmd, .Healthcheck.Test]')" '[null,["NONE"]]'
    run -0 in_image child
    prints only
}

@test "ONBUILD triggers run once in a child, and not in its children" {
    echo payload >file
    dockerfile <<<$'FROM localhost/busybox\nONBUILD COPY file /triggered\nONBUILD RUN echo ran >>/triggered'
    run -0 swiftlet build -t parent .
    run ! in_image parent ls /triggered
    dockerfile <<<$'FROM parent\nRUN echo own >>/triggered'
    run -0 swiftlet build -t child .
    run -0 in_image child cat /triggered
    prints $'payload\nran\nown'
    rm file
    dockerfile <<<$'FROM child\nRUN true'
    run -0 swiftlet build -t grandchild .
    equal "$(in_config child '.OCIv1.config.OnBuild // "gone"')" '"gone"'
}

# --- Syntax ----------------------------------------------------------------------------------------------------------

@test "parser directives: another escape character; syntax is ignored" {
    dockerfile <<'EOF'
# syntax=docker/dockerfile:1
# escape=`

FROM localhost/busybox
ENV path=C:\dir\file
RUN echo one `
  two >/out
EOF
    run -0 swiftlet build -t escapes .
    equal "$(in_config escapes '.OCIv1.config.Env[1]')" '"path=C:\\dir\\file"'
    run -0 in_image escapes cat /out
    prints "one two"
}

@test "any case, tabs, CRLF line endings, no newline at the end" {
    printf '\xef\xbb\xbffrom localhost/busybox\r\n\tRun \techo crlf >/out\r\n# end\r\n  CMD cat /out' >Dockerfile
    run -0 swiftlet build -t lines .
    run -0 in_image lines
    prints crlf
}

# --- Stages ----------------------------------------------------------------------------------------------------------

@test "unused stages are not built; --target stops at a stage, by name or number" {
    dockerfile <<'EOF'
FROM localhost/busybox AS base
RUN echo base >/base
FROM base AS unused
RUN exit 9
FROM base AS second
RUN echo second >/second
FROM second
RUN echo third >/third
EOF
    run -0 swiftlet build -t whole .
    lacks "exit 9"
    run -0 in_image whole cat /base /second /third
    run -0 swiftlet build --target SECOND -t target .
    run ! in_image target ls /third
    run -0 in_image target cat /second
    run -0 swiftlet build --target 0 -t target .
    run ! in_image target ls /second
    run swiftlet build --target no-such-stage .
    own_failure
    has no-such-stage
}

@test "FROM scratch: an empty image, and one with a program" {
    cp /bin/busybox .
    dockerfile <<<$'FROM scratch\nCOPY busybox /\nENTRYPOINT ["/busybox", "echo"]'
    run -0 swiftlet build -t empty .
    equal "$(layer_count empty)" 1
    equal "$(last_layer_names empty)" busybox
    run -0 in_image empty ran from scratch
    prints "ran from scratch"
    dockerfile <<<$'FROM scratch\nLABEL nothing=1'
    run -0 swiftlet build -t nothing .
    equal "$(layer_count nothing)" 0
}

# --- Layers ----------------------------------------------------------------------------------------------------------

@test "a layer contains deletions and replacements, and nothing else" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN mkdir -p /a/b /c && touch /a/one /a/two /a/b/three /c/four
RUN rm /a/one && rm -r /a/b && rm -r /c && mkdir /c && touch /c/five && mv /a/two /a/moved
EOF
    run -0 swiftlet build -t deleting .
    equal "$(last_layer_names deleting | paste -sd' ')" "a a/.wh.b a/.wh.one a/.wh.two a/moved c c/.wh..wh..opq c/five"
    run -0 in_image deleting sh -c 'cd /; find a c | sort | paste -sd" "'
    prints "a a/moved c c/five"
}

@test "a chain of forty layers" {
    {
        echo FROM localhost/busybox
        for ((i = 1; i <= 40; i++)); do echo "RUN echo $i >/file$i"; done
    } >Dockerfile
    run -0 swiftlet build -t chain .
    equal "$(layer_count chain)" 41
    run -0 in_image chain sh -c 'cat /file1 /file20 /file40'
    prints $'1\n20\n40'
}

# --- Flags -----------------------------------------------------------------------------------------------------------

@test "-f selects another file at any path; Containerfile takes precedence over Dockerfile" {
    mkdir context
    echo in-context >context/file
    dockerfile elsewhere <<<$'FROM localhost/busybox\nCOPY file /which'
    dockerfile context/Dockerfile <<<$'FROM localhost/busybox\nRUN echo Dockerfile >/which'
    run -0 swiftlet build -t which -f elsewhere context
    run -0 in_image which cat /which
    prints in-context
    dockerfile context/Containerfile <<<$'FROM localhost/busybox\nRUN echo Containerfile >/which'
    run -0 swiftlet build -t which context
    run -0 in_image which cat /which
    prints Containerfile
}

@test "several -t name one image, and an existing name moves to it" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo 1 >/one'
    run -0 swiftlet build -t multi -t example.org/multi:2 .
    local first=${lines[-1]}
    equal "$(swiftlet images --json | jq -c ".[] | select(.id == \"${first:0:12}\") | .names | sort")" \
        '["example.org/multi:2","localhost/multi:latest"]'
    dockerfile <<<$'FROM localhost/busybox\nRUN echo 2 >/two'
    run -0 swiftlet build -t multi .
    equal "$(swiftlet images -a --json | jq -c ".[] | select(.id == \"${first:0:12}\") | .names")" '["example.org/multi:2"]'
}

@test "--label and --annotation" {
    dockerfile <<<$'FROM localhost/busybox\nLABEL kept=1 changed=no'
    run -0 swiftlet build -t labelled --label changed=yes --label new='a b' --annotation note=here .
    equal "$(in_config labelled '.OCIv1.config.Labels | [.kept, .changed, .new]')" '["1","yes","a b"]'
    swiftlet push -q labelled oci:layout:x
    local manifest
    manifest=$(jq -r '.manifests[0].digest' layout/index.json)
    equal "$(jq -c .annotations.note "layout/blobs/${manifest/://}")" '"here"'
}

@test "--iidfile and -q" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo loud >/loud'
    run -0 --separate-stderr swiftlet build -q .
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "-q prints more than the id:" "$output"
    local id=$output
    # As with buildah, an id that is in a file is not printed too.
    run -0 --separate-stderr swiftlet build -q --iidfile id .
    prints ""
    equal "$(cat id)" "sha256:$id"
}

@test "--timestamp makes builds reproducible" {
    mkdir tree
    echo x >tree/file
    dockerfile <<'EOF'
FROM scratch
COPY tree /tree
COPY --from=localhost/busybox /bin/busybox /bin/sh
RUN echo made >/made && mkdir /dir && touch -d @1 /dir/old
LABEL x=y
EOF
    run -0 swiftlet build --timestamp 1234567890 -t stamped .
    local first=${lines[-1]} digest
    digest=$(in_config stamped .FromImageDigest)
    equal "$(in_config stamped '[.OCIv1.created, (.OCIv1.history[].created)] | unique')" '["2009-02-13T23:31:30Z"]'
    run -0 swiftlet rmi -f stamped
    touch tree/file
    sleep 0.01
    run -0 swiftlet build --no-cache --timestamp 1234567890 -t stamped .
    equal "${lines[-1]}" "$first"
    equal "$(in_config stamped .FromImageDigest)" "$digest"
    run -0 in_image stamped /bin/sh -c 'busybox stat -c %Y /made /tree/file /dir/old' || true
    local layer
    for layer in $(layer_files stamped); do
        [ -z "$(tar --utc --full-time -tvf "$layer" | grep -v '2009-02-13 23:31:30')" ] ||
            fail "a file bears another time:" "$(tar --utc --full-time -tvf "$layer")"
    done
}

@test "--squash creates a single layer with the same files" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN mkdir /dir && echo 1 >/dir/one && echo 2 >/dir/two && chmod 4755 /dir/two && ln /dir/one /dir/link
RUN rm -r /var && rm /dir/two && echo 3 >/dir/three
ENV squashed=yes
EOF
    run -0 swiftlet build -t layered .
    run -0 swiftlet build --squash -t squashed .
    equal "$(layer_count layered)" 3
    equal "$(layer_count squashed)" 1
    run -0 in_image squashed sh -c 'cd /; echo $squashed; find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run \) -prune -o -print | sort'
    local squashed=$output
    run -0 in_image layered sh -c 'cd /; echo $squashed; find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run \) -prune -o -print | sort'
    prints "$squashed"
    ! tar -tf "$(layer_files squashed)" | grep -F .wh. || fail "a squashed layer holds whiteouts"
}

@test "--layers=false adds one layer for the whole build" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo 1 >/one\nENV a=b\nRUN echo 2 >/two\nRUN rm /one'
    run -0 swiftlet build --layers=false -t single .
    equal "$(layer_count single)" 2
    equal "$(last_layer_names single)" two
}

@test "--format docker creates a Docker image" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo x >/x\nHEALTHCHECK CMD true\nSHELL ["/bin/sh","-ec"]'
    run -0 swiftlet build --format docker -t dockers .
    equal "$(in_config dockers '.Manifest | fromjson | [.mediaType, .config.mediaType, .layers[0].mediaType]')" \
        '["application/vnd.docker.distribution.manifest.v2+json","application/vnd.docker.container.image.v1+json","application/vnd.docker.image.rootfs.diff.tar"]'
    equal "$(in_config dockers '.Docker.config | [.Healthcheck.Test, .Shell]')" '[["CMD-SHELL","true"],["/bin/sh","-ec"]]'
    run swiftlet build --format tarball .
    own_failure
}

@test "unknown flags, and a missing context" {
    run swiftlet build --no-such-flag .
    own_failure
    has "no-such-flag"
    run swiftlet build "$PWD/missing"
    own_failure
    has "$PWD/missing"
    mkdir empty
    run swiftlet build empty
    own_failure
    matches "Dockerfile|Containerfile"
}

# --- Failures --------------------------------------------------------------------------------------------------------

@test "a failing command: its output, its exit code, the step, the line" {
    dockerfile <<<$'FROM localhost/busybox\n\nRUN echo before; echo complaint >&2; exit 3\nRUN echo after'
    run -3 swiftlet build -t failing .
    has_line before
    has_line complaint
    has 'building at STEP "RUN echo before; echo complaint >&2; exit 3": exit status 3'
    has "Dockerfile:3:1: error:"
    has "3 | RUN echo before"
    lacks after
    run swiftlet inspect failing
    own_failure
}

@test "a killed command, and a missing one" {
    dockerfile <<<$'FROM localhost/busybox\nRUN sh -c "kill -9 \$\$"; exit $?'
    run -137 swiftlet build .
    dockerfile <<<$'FROM localhost/busybox\nRUN ["/no/such/program"]'
    run -127 swiftlet build .
    has "/no/such/program"
    has "Dockerfile:2"
    dockerfile <<<$'FROM localhost/busybox\nRUN no-such-command'
    run -127 swiftlet build .
    has no-such-command
}

@test "errors show the location: file, line, the line's text, a caret" {
    dockerfile My.Dockerfile <<<$'FROM localhost/busybox\nRUN true\nCOPPY a b'
    run swiftlet build -f My.Dockerfile .
    own_failure
    has $'My.Dockerfile:3:1: error: unknown instruction: COPPY (did you mean COPY?)\n  3 | COPPY a b\n    | ^~~~~'
    lacks "STEP 2"

    dockerfile <<<$'FROM localhost/busybox\nCOPY --chwon=1 a b'
    run swiftlet build .
    own_failure
    has $'Dockerfile:2:6: error: unknown flag: --chwon (in COPY) (did you mean chown?)\n  2 | COPY --chwon=1 a b\n    |      ^~~~~~~'
}

@test "missing sources, base images, stages and build contexts" {
    dockerfile <<<$'FROM localhost/busybox\nCOPY no-such-file /'
    run swiftlet build .
    own_failure
    has "Dockerfile:2:"
    has no-such-file
    has "2 | COPY no-such-file /"

    dockerfile <<<$'FROM localhost/no-such-image'
    run swiftlet build .
    own_failure
    has "Dockerfile:1:"
    has localhost/no-such-image

    dockerfile <<<$'FROM localhost/busybox\nCOPY --from=no-such-stage /a /b'
    run swiftlet build .
    own_failure
    has no-such-stage

    : >Dockerfile
    run swiftlet build .
    own_failure
    has "no contents in"
}

@test "a failed build leaves the store unchanged, except for cached steps" {
    local before
    before=$(swiftlet images -a -q | sort)
    dockerfile <<<$'FROM localhost/busybox\nRUN echo kept >/kept; echo running\nRUN false'
    run -1 swiftlet build .
    equal "$(swiftlet images -a -q | sort)" "$before"
    store_is_sound
    run -1 swiftlet build .
    ! grep -qx running <<<"$output" || fail "the step ran again:" "$output"
    has "--> Using cache"
}
