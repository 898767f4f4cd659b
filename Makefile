# A thin face: what stands behind each target is plain SwiftPM and shell.

SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -ec

PREFIX ?= /usr/local
DESTDIR ?=
# Built in: nothing of the release binary has to be installed where it runs. STATIC=0 links
# against the system's libraries instead, for distributions.
STATIC ?= 1

BUILD_PACKAGES = libhiredis-dev libssl-dev redis-server
TEST_PACKAGES = $(BUILD_PACKAGES) jwt mandoc openssl redis-tools shellcheck zsh fish
BENCHMARK_PACKAGES = $(BUILD_PACKAGES) hyperfine jwt openssl python3 redis-tools

ifeq ($(STATIC),1)
RELEASE_FLAGS = -c release --scratch-path .build-static -Xswiftc -static-executable
RELEASE = .build-static/release/jwtctl
else
RELEASE_FLAGS = -c release --scratch-path .build-dynamic --static-swift-stdlib
RELEASE = .build-dynamic/release/jwtctl
endif

BIN = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share
# Debian's own packages bring their zsh functions elsewhere than local software does.
ZSH = $(if $(filter /usr,$(PREFIX)),$(SHARE)/zsh/vendor-completions,$(SHARE)/zsh/site-functions)

.PHONY: help
help: ## Show the targets.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12

.PHONY: demo
demo: setup release ## Install what is missing, build, and run the main job on a private Redis.
	@$(RELEASE) demo </dev/null

.PHONY: test
test: setup-test ## Install what is missing, build, and run all tests.
	swift build --build-tests
	swift test --skip-build

.PHONY: setup setup-test
setup:
	@Tests/Setup/packages $(BUILD_PACKAGES)
setup-test:
	@Tests/Setup/packages $(TEST_PACKAGES)

.PHONY: build
build: ## Build for development.
	swift build

# The linker warns that static glibc still loads its own name service modules: host names are then
# resolved as the machine that built it would, which is why addresses are tried as literals first.
.PHONY: release
release: ## Build the self-contained release binary.
	@swift build $(RELEASE_FLAGS) 2>&1 \
		| { grep -v 'statically linked applications requires' || true; }

.PHONY: generate
generate: build ## Rewrite man/ and completions/ from the commands' descriptions.
	.build/debug/jwtctl __generate .

.PHONY: lint
lint: ## Check formatting, manual pages, shell scripts and completions.
	Tests/Setup/packages mandoc shellcheck zsh fish
	swift format lint --strict -r Package.swift Sources Tests
	mandoc -Tlint -W warning man/*
	shellcheck Tests/Setup/packages Tests/Benchmarks/run .ci/run completions/jwtctl.bash
	bash -n completions/jwtctl.bash
	zsh -n completions/_jwtctl
	fish --no-execute completions/jwtctl.fish

.PHONY: format
format: ## Format the sources.
	swift format -i -r Package.swift Sources Tests

.PHONY: benchmark
benchmark: release ## Measure against other tools; prints medians and ratios.
	@Tests/Setup/packages $(BENCHMARK_PACKAGES)
	@Tests/Benchmarks/run $(RELEASE)

.PHONY: install
install: ## Install program, manual and completions below $(DESTDIR)$(PREFIX).
	@test -x $(RELEASE) || $(MAKE) release
	install -d $(BIN) $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(ZSH) \
		$(SHARE)/fish/vendor_completions.d $(SHARE)/doc/jwtctl
	install -m 755 -s $(RELEASE) $(BIN)/jwtctl
	install -m 644 man/*.1 $(SHARE)/man/man1
	install -m 644 completions/jwtctl.bash $(SHARE)/bash-completion/completions/jwtctl
	install -m 644 completions/_jwtctl $(ZSH)/_jwtctl
	install -m 644 completions/jwtctl.fish $(SHARE)/fish/vendor_completions.d/jwtctl.fish
	install -m 644 README.md LICENSE $(SHARE)/doc/jwtctl

.PHONY: uninstall
uninstall: ## Remove what install brought.
	rm -f $(BIN)/jwtctl $(addprefix $(SHARE)/man/man1/,$(notdir $(wildcard man/*.1))) \
		$(SHARE)/bash-completion/completions/jwtctl $(ZSH)/_jwtctl \
		$(SHARE)/fish/vendor_completions.d/jwtctl.fish
	rm -rf $(SHARE)/doc/jwtctl

.PHONY: clean
clean: ## Remove what was built.
	rm -rf .build .build-static .build-dynamic
