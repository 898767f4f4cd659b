# A thin face: what stands behind each target is plain SwiftPM and shell.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

PREFIX ?= /usr/local
DESTDIR ?=
# Built in: nothing of the release binary has to be installed where it runs. STATIC=0 links
# against the system's libraries instead, for distributions.
STATIC ?= 1
# STRIP=0 installs the binary with its symbols, for packagers that strip by themselves.
STRIP ?= 1
# How many tokens the bulk rows of the benchmark work on.
ITEMS ?= 100000
# The servers that `make servers` takes, such as redis-6.0; all that can be had unless it is said.
SERVERS ?=
# How many inputs each fuzz target is given.
RUNS ?= 1000000

# What a machine with a Swift toolchain may lack, by the names of Debian and Ubuntu.
BUILD_PACKAGES = libhiredis-dev libssl-dev
DEMO_PACKAGES = $(BUILD_PACKAGES) redis-server
LINT_PACKAGES = fish mandoc shellcheck zsh
TEST_PACKAGES = $(DEMO_PACKAGES) $(LINT_PACKAGES) faketime jose jwt openssl redis-tools strace valgrind
TIMES_PACKAGES = $(TEST_PACKAGES) python3
FUZZ_PACKAGES = libssl-dev python3
INTEROP_PACKAGES = $(DEMO_PACKAGES) curl default-jdk-headless jose jwt node-redis nodejs openssl php-cli \
    php-illuminate-cache php-illuminate-redis php-redis php-symfony-cache python3 python3-venv ruby \
    ruby-activesupport ruby-connection-pool ruby-redis
SERVERS_PACKAGES = $(TEST_PACKAGES) debian-archive-keyring python3 python3-venv
# The shells and man are for the tests of what is installed.
DIST_PACKAGES = $(DEMO_PACKAGES) bash-completion fish man-db xz-utils zsh
DEB_PACKAGES = $(DIST_PACKAGES) dpkg-dev lintian
ROOTFS_PACKAGES = $(DIST_PACKAGES) debian-archive-keyring openssl
BENCHMARK_PACKAGES = $(DEMO_PACKAGES) hyperfine jwt openssl python3 python3-venv redis-tools time

# The Swift runtime aborts before main where there is no /proc: see Sources/CEntry.
WITHOUT_PROC = -Xlinker --wrap=swift_copyAuxiliaryExecutablePath

# Builds in two places have the same bytes: OpenSSL's macros name the file that uses them,
# information for debuggers names the compiler's cache, and a hash of each file's code its path.
SAME_BYTES = -debug-info-format none -Xcc "-ffile-prefix-map=$(CURDIR)=." \
	-Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen

# One folder for each kind of build: flags that differ would have SwiftPM build all of it again.
ifeq ($(STATIC),1)
SCRATCH = .build-static
RELEASE_FLAGS = -c release --scratch-path $(SCRATCH) -Xswiftc -static-executable \
	-Xswiftc -DSTATIC_EXECUTABLE $(WITHOUT_PROC) $(SAME_BYTES)
else
SCRATCH = .build-dynamic
# Libraries come from where the system has them, never from the program's own folder.
RELEASE_FLAGS = -c release --scratch-path $(SCRATCH) --static-swift-stdlib --disable-local-rpath \
	$(WITHOUT_PROC) $(SAME_BYTES)
endif
RELEASE = $(SCRATCH)/release/jwtctl
# When the release was last built; SwiftPM would link again a binary that had been touched.
BUILT = $(SCRATCH)/built

BIN = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share
BASH_COMPLETIONS = $(SHARE)/bash-completion/completions
FISH_COMPLETIONS = $(SHARE)/fish/vendor_completions.d
# Debian's own packages bring their zsh functions elsewhere than local software does.
ZSH_FOLDER = $(if $(and $(filter /usr,$(PREFIX)),$(wildcard /etc/debian_version)),vendor-completions,site-functions)
ZSH_COMPLETIONS = $(SHARE)/zsh/$(ZSH_FOLDER)

# Every file whose first line calls a shell. Swift files may hold scripts as text.
SCRIPTS = $(shell grep -rlE --exclude='*.swift' '^.!/.*[/ ](ba)?sh$$' .ci .packaging Tests)

.PHONY: help
help: ## Show the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

.PHONY: setup setup-build setup-demo setup-lint setup-test setup-times setup-house setup-fuzz setup-interop \
	setup-servers setup-benchmark setup-deb setup-dist setup-rootfs
setup: PACKAGES = $(sort $(TEST_PACKAGES) $(FUZZ_PACKAGES) $(INTEROP_PACKAGES) $(SERVERS_PACKAGES) \
	$(BENCHMARK_PACKAGES) $(DEB_PACKAGES))
setup-build: PACKAGES = $(BUILD_PACKAGES)
setup-demo: PACKAGES = $(DEMO_PACKAGES)
setup-lint: PACKAGES = $(LINT_PACKAGES)
setup-test: PACKAGES = $(TEST_PACKAGES)
setup-times: PACKAGES = $(TIMES_PACKAGES)
setup-house: PACKAGES = python3
setup-fuzz: PACKAGES = $(FUZZ_PACKAGES)
setup-interop: PACKAGES = $(INTEROP_PACKAGES)
setup-servers: PACKAGES = $(SERVERS_PACKAGES)
setup-deb: PACKAGES = $(DEB_PACKAGES)
setup-dist: PACKAGES = $(DIST_PACKAGES)
setup-rootfs: PACKAGES = $(ROOTFS_PACKAGES)
setup-benchmark: PACKAGES = $(BENCHMARK_PACKAGES)
setup: ## Install all that is missing to build, test, lint and measure.
setup setup-build setup-demo setup-lint setup-test setup-times setup-house setup-fuzz setup-interop \
	setup-servers setup-benchmark setup-deb setup-dist setup-rootfs:
	@Tests/Setup/packages $(PACKAGES)

.PHONY: build
build: setup-build ## Build for development.
	swift build

.PHONY: release
release: setup-build ## Build the self-contained release binary; STATIC=0 links libraries.
	@$(call build-release)

# What the binary says about itself; without git, as in an archive of the sources, less of it.
release: export JWTCTL_COMMIT := $(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null)
release: export JWTCTL_COMMIT_DATE := $(shell git log -1 --format=%cs 2>/dev/null)
release: export JWTCTL_SWIFT := $(shell swiftc --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')

# A static glibc could load name service modules of another glibc when it looks up a host name; it is
# told to keep to /etc/hosts and DNS (see NameService), which `make rootfs` proves. OpenSSL's engines
# are loaded by dlopen. The linker warns of each caller: once is enough.
define build-release
swift build $(RELEASE_FLAGS) --product jwtctl 2>&1 | awk ' \
	/statically linked applications requires at runtime/ { count++; next } { print } END { if (count) \
	print count " warnings about host names in static programs left out: see Makefile" }'
touch $(BUILT)
endef

# For install: builds only what is older than its sources, so that an installation by root after a
# build by somebody else runs no compiler.
$(BUILT): Package.swift $(shell find Sources -type f)
	@$(call build-release)

.PHONY: demo
demo: setup-demo release ## Install what is missing, build, and run the main job on a private Redis.
	@$(RELEASE) demo </dev/null

.PHONY: test
test: setup-test ## Install what is missing, build, and run all tests.
	@Tests/Setup/run-tests

.PHONY: quick
quick: setup-build ## Run the tests that need neither a server nor another program.
	@JWTCTL_TESTS=pure Tests/Setup/run-tests

.PHONY: house
house: setup-house ## Count files, lines and the steps of a reader in Sources.
	@Tests/Setup/house

.PHONY: test-times
test-times: setup-times ## Run all tests, and print the slowest and where the time went.
	@Tests/Setup/test-times

.PHONY: servers
servers: setup-servers ## Run the tests that need Redis on servers from 6.0 on, and on Valkey.
	@Tests/Setup/servers .build-servers $(SERVERS)
	@Tests/Setup/test-servers .build-servers $(SERVERS)

# How many commands each part of the soak sends, while slots move and primaries die.
SOAK_ITEMS ?= 1000000

# Which Debian releases are tried; packages come from them, and nothing is installed.
SUITES ?= bullseye bookworm trixie sid

.PHONY: rootfs
rootfs: setup-rootfs dist ## Run the tarball's program on other root file systems, and without /proc.
	@Tests/Setup/rootfs .build-rootfs $(PACKAGES_FOLDER)/jwtctl-*.tar.xz $(SUITES)

.PHONY: soak
soak: setup-test ## Revoke a million while a Cluster is resharded, fails over and loses a primary.
	JWTCTL_SOAK_ITEMS=$(SOAK_ITEMS) Tests/Setup/run-tests --filter 'ClusterChangeTests|FailOverTests'

# How many processes write the history on one server, and a quarter as many each of the others.
OPERATIONS ?= 100000

.PHONY: history
history: setup-test release ## Play 16 at once at random, through deaths too, and check the history.
	JWTCTL_HISTORY_OPERATIONS=$(OPERATIONS) JWTCTL_TEST_TOOL=$(CURDIR)/$(RELEASE) \
		Tests/Setup/run-tests --filter 'HistoryTests'

# How many times Redis and the tool are killed.
FAULT_ROUNDS ?= 50

.PHONY: faults
faults: setup-test release ## Kill, stop and cut off Redis and the tool, at every byte of each command.
	JWTCTL_FAULT_ROUNDS=$(FAULT_ROUNDS) JWTCTL_TEST_TOOL=$(CURDIR)/$(RELEASE) Tests/Setup/run-tests \
		--filter 'BulkFaultTests|BrokenLineTests|PartitionTests|StoppedServerTests'

.PHONY: generate
generate: build ## Rewrite man/ and completions/ from the commands' descriptions.
	.build/debug/jwtctl __generate .

.PHONY: lint
lint: setup-lint ## Check format, manual pages, shell scripts and completions.
	swift format lint --strict -r -p Package.swift Sources Tests
	mandoc -Tlint -W warning man/*
	shellcheck $(SCRIPTS) completions/jwtctl.bash
	bash -n completions/jwtctl.bash
	zsh -n completions/_jwtctl
	fish --no-execute completions/jwtctl.fish

.PHONY: format
format: ## Format the sources.
	swift format -i -r -p Package.swift Sources Tests

.PHONY: benchmark
benchmark: setup-benchmark release ## Measure against other tools; prints medians and ratios.
	@Tests/Benchmarks/run $(RELEASE)
	@Tests/Benchmarks/bulk $(RELEASE) $(ITEMS)
	@Tests/Benchmarks/stream $(RELEASE) $(ITEMS)
	@Tests/Benchmarks/layouts $(RELEASE) $(ITEMS)
	@Tests/Benchmarks/memory $(RELEASE) $(ITEMS)
	@Tests/Benchmarks/json

.PHONY: benchmark-memory
benchmark-memory: setup-benchmark release ## Measure memory for ITEMS and ten times as many.
	@Tests/Benchmarks/memory $(RELEASE) $(ITEMS)

.PHONY: interop
interop: setup-interop ## Exchange tokens and revocations with other implementations.
	swift build
	@Tests/Interop/run .build/debug/jwtctl .build-interop

.PHONY: fuzz
fuzz: setup-fuzz ## Run each fuzz target RUNS times, with AddressSanitizer.
	@Tests/Fuzz/run $(RUNS)

# Where deb and dist put what they make.
PACKAGES_FOLDER = .build-packages

.PHONY: deb
deb: setup-deb ## Build a package for this Debian or Ubuntu; install, use and purge it here.
	@$(MAKE) --no-print-directory STATIC=0 release
	@.packaging/deb $(PACKAGES_FOLDER)
	@.packaging/test-deb $(PACKAGES_FOLDER)/jwtctl_*.deb

.PHONY: dist
dist: setup-dist ## Build a tarball with the static binary, and use it from a home directory.
	@$(MAKE) --no-print-directory STATIC=1 release
	@.packaging/dist $(PACKAGES_FOLDER)
	@.packaging/test-dist $(PACKAGES_FOLDER)/jwtctl-*.tar.xz

.PHONY: install
install: $(BUILT) ## Install program, manual and completions below $(DESTDIR)$(PREFIX).
	install -d $(BIN) $(SHARE)/doc/jwtctl $(BASH_COMPLETIONS) $(ZSH_COMPLETIONS) $(FISH_COMPLETIONS)
	install -m 755 $(if $(filter 1,$(STRIP)),-s) $(RELEASE) $(BIN)/jwtctl
	for page in man/*; do install -D -m 644 -t $(SHARE)/man/man$${page##*.} $$page; done
	install -m 644 completions/jwtctl.bash $(BASH_COMPLETIONS)/jwtctl
	install -m 644 completions/_jwtctl $(ZSH_COMPLETIONS)/_jwtctl
	install -m 644 completions/jwtctl.fish $(FISH_COMPLETIONS)/jwtctl.fish
	install -m 644 LICENSE README.md CHANGELOG.md $(SHARE)/doc/jwtctl

# By pattern: pages of commands that are no more were installed by an older version.
.PHONY: uninstall
uninstall: ## Remove what install brought.
	rm -f $(BIN)/jwtctl $(SHARE)/man/man[1-8]/jwtctl{,-*}.[1-8] \
		$(BASH_COMPLETIONS)/jwtctl $(ZSH_COMPLETIONS)/_jwtctl $(FISH_COMPLETIONS)/jwtctl.fish \
		$(SHARE)/doc/jwtctl/{LICENSE,README.md,CHANGELOG.md}
	[ ! -d $(SHARE)/doc/jwtctl ] || rmdir --ignore-fail-on-non-empty $(SHARE)/doc/jwtctl

.PHONY: clean
clean: ## Remove what was built.
	rm -rf .build .build-static .build-dynamic .build-fuzz .build-interop .build-packages \
		.build-rootfs .build-servers
