# Shorthands. The README's two commands, ./demo and ./test, do without make.

SWIFT ?= swift
export SWIFT
# The release binary: the Swift runtime inside, no symbols. Half of what a short command costs is loading the program, so it
# stands at a fixed address, as its peers do, which spares 90,000 relocations, and has libstdc++ inside: the linker takes
# the archive where a directory searched earlier has nothing else.
STATIC_CXX = .build/static-cxx
RELEASE = -c release --static-swift-stdlib -Xlinker -s -Xlinker -no-pie -Xswiftc -L$(CURDIR)/$(STATIC_CXX)
PREFIX ?= /usr/local

.PHONY: help demo test build image lint format unit-test check end-to-end fuzz soak install install-build-packages \
	install-test-packages check-swift bench clean

help: ## list what make can do (without a target as well)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-24s %s\n", $$1, $$2 }' Makefile

demo: ## ./demo: install what building needs, build a release, build and run the README's image
	./demo

test: ## ./test: install what testing needs, run everything
	./test

build: check-swift $(STATIC_CXX)/libstdc++.a ## build the release binary, .build/release/swiftlet
	$(SWIFT) build $(RELEASE) --product swiftlet

install: ## copy what was built to $(DESTDIR)$(PREFIX)/bin (PREFIX=/usr/local); builds nothing
	@[ -x .build/release/swiftlet ] || { echo "make install: there is no .build/release/swiftlet;" \
		"build it first, as yourself, with ./demo or make build" >&2; exit 1; }
	install -D -m 0755 .build/release/swiftlet $(DESTDIR)$(PREFIX)/bin/swiftlet

check: lint unit-test ## what to run before a commit: lint and unit tests, in about two minutes when little was changed

lint: ## check the format, the architecture and the subjects of new commits
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests
	scripts/check-architecture
	scripts/check-arithmetic
	scripts/check-commits

format: ## mend the format
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

unit-test: ## build and run the unit tests
	$(SWIFT) test

end-to-end: build ## run the sessions of Tests/EndToEnd with the release binary
	scripts/test-end-to-end

fuzz: ## fuzz the parsers of strangers' bytes for an hour each
	scripts/fuzz --seconds 3600

soak: build ## work on one store with three tools for an hour, with kills and failing disks
	scripts/soak

image: build ## build swiftlet's own image with swiftlet, on the base image BASE (BASE=localhost/debian)
	.build/release/swiftlet build $(if $(BASE),--build-arg BASE=$(BASE)) -t localhost/swiftlet -f Containerfile .build/release

bench: build ## measure swiftlet beside Buildah
	bench/run

install-build-packages: ## install the Debian packages that building needs
	scripts/install-packages build

install-test-packages: ## install the Debian packages that building and testing need
	scripts/install-packages test

clean: ## remove all that was built
	rm -rf .build

check-swift:
	@scripts/check-swift

$(STATIC_CXX)/libstdc++.a:
	@mkdir -p $(@D)
	@archive=$$("$$(dirname "$$(readlink -f "$$(command -v $(SWIFT))")")/clang" -print-file-name=libstdc++.a); \
	case "$$archive" in \
		/*) ln -sf "$$archive" $@ ;; \
		*) echo "make: the C++ library's archive is missing: run scripts/install-packages build" >&2; exit 1 ;; \
	esac
