# The two commands of the README are `make demo` and `make test`.

SWIFT ?= swift
# The release binary: the Swift runtime inside, no symbols. Half of what a short command costs is loading the program, so it
# stands at a fixed address, as its peers do, which spares 90,000 relocations, and has libstdc++ inside: the linker takes
# the archive where a directory searched earlier has nothing else.
STATIC_CXX = .build/static-cxx
RELEASE = -c release --static-swift-stdlib -Xlinker -s -Xlinker -no-pie -Xswiftc -L$(CURDIR)/$(STATIC_CXX)
PREFIX ?= /usr/local

.PHONY: demo test build image lint format unit-test end-to-end install install-build-packages install-test-packages bench clean

demo: install-build-packages build
	scripts/demo

test: install-build-packages install-test-packages
	scripts/test

build: $(STATIC_CXX)/libstdc++.a
	$(SWIFT) build $(RELEASE) --product swiftlet

$(STATIC_CXX)/libstdc++.a:
	mkdir -p $(@D)
	ln -sf "$$("$$(dirname "$$(readlink -f "$$(command -v $(SWIFT))")")/clang" -print-file-name=libstdc++.a)" $@

# swiftlet's own image, built by swiftlet: `make image BASE=localhost/debian`.
image: build
	.build/release/swiftlet build $(if $(BASE),--build-arg BASE=$(BASE)) -t localhost/swiftlet -f Containerfile .build/release

lint:
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	scripts/check-architecture

format:
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

unit-test:
	$(SWIFT) test

end-to-end: build
	scripts/test-end-to-end

install: build
	install -D -m 0755 .build/release/swiftlet $(DESTDIR)$(PREFIX)/bin/swiftlet

install-build-packages:
	scripts/install-packages build

install-test-packages:
	scripts/install-packages test

bench: build
	bench/run

clean:
	rm -rf .build
