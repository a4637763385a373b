# cachetap: one Makefile. `make help` lists the targets. V=1 shows the commands, SAN=1 builds
# with sanitizers into its own folder, TSAN=1 with the one for threads, CC=clang works as well as gcc.

BUILD  ?= build$(if $(SAN),/san)$(if $(TSAN),/tsan)
PREFIX ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
CFLAGS ?= -O2 -g

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
Q := $(if $(V),,@)

# ---- what the machine has ------------------------------------------------------------------
PKGS      := libpcap json-c libsodium libpcre2-8 libconfig zlib libzstd libseccomp libcap-ng libmicrohttpd ncursesw libutf8proc
TEST_PKGS := cmocka jansson
LLHTTP_PKG := $(shell pkg-config --exists libllhttp 2>/dev/null && echo libllhttp)
LLHTTP_DIR := /usr/share/llhttp
LLHTTP_INC := /usr/share/include/llhttp

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) $(LLHTTP_PKG) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) $(LLHTTP_PKG) 2>/dev/null)
TEST_CFLAGS := $(shell pkg-config --cflags $(TEST_PKGS) 2>/dev/null)
TEST_LIBS   := $(shell pkg-config --libs $(TEST_PKGS) 2>/dev/null)

ifeq ($(LLHTTP_PKG),)
LLHTTP_ORIGIN := Debian node-llhttp sources, built in
LLHTTP_OBJS := $(patsubst %,$(BUILD)/llhttp/%.o,api http llhttp)
PKG_CFLAGS += -isystem $(LLHTTP_INC)
else
LLHTTP_ORIGIN := system libllhttp
LLHTTP_OBJS :=
endif

# ---- flags ---------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual \
        -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wconversion -Werror
HARDEN := -fstack-protector-strong -fPIE
ifneq ($(SAN)$(FUZZ),)
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifneq ($(TSAN),)
SANFLAGS := -fsanitize=thread
else
HARDEN += -D_FORTIFY_SOURCE=2
endif
ifneq ($(FUZZ),)
# Of what is fuzzed; the targets stay fast without. FUZZ=fast: comparisons (most of them made by
# UBSan) are not traced, which doubles the speed of long runs.
ifeq ($(FUZZ),fast)
COVFLAGS := -fsanitize-coverage=inline-8bit-counters,pc-table
else
COVFLAGS := -fsanitize=fuzzer-no-link
endif
endif
override CPPFLAGS += -D_GNU_SOURCE -Iinclude -Isrc -MMD -MP
override CFLAGS += -std=c17 $(HARDEN) $(SANFLAGS)
override LDFLAGS += -pie -Wl,-z,relro,-z,now $(SANFLAGS)

# ---- what is built -------------------------------------------------------------------------
# The order of the stages: a file may include its own stage and those to its left.
LAYERS     := base source packet stream http cache insight stats engine query output view process command crew sinks service app
LIB_STAGES := base packet stream http cache insight stats engine
PROG_STAGES := source query output view process command crew sinks service app

LIB_SRCS  := $(foreach s,$(LIB_STAGES),$(wildcard src/$(s)/*.c))
PROG_SRCS := $(filter-out src/app/main.c,$(foreach s,$(PROG_STAGES),$(wildcard src/$(s)/*.c)))
TEST_SRCS := $(wildcard tests/unit/test_*.c)
SUPPORT_SRCS := $(wildcard tests/support/*.c)
FIXTURE_SRCS := $(wildcard tests/fixtures/*.c)
FUZZ_SRCS := $(wildcard tests/fuzz/fuzz_*.c)
BENCH_SRCS := $(wildcard tests/bench/*.c)

objs = $(patsubst %.c,$(BUILD)/%.o,$(1))
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(TEST_SRCS))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRCS))
REPLAYERS := $(patsubst tests/fuzz/%.c,$(BUILD)/replay/%,$(FUZZ_SRCS))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRCS))

.PHONY: all
all: check-deps $(BUILD)/cachetap $(BUILD)/libcachetap.a ## build build/cachetap and the library

$(BUILD)/cachetap: $(call objs,src/app/main.c) $(BUILD)/libprogram.a $(BUILD)/libcachetap.a
	$(Q)echo "  LINK $@"; $(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(LIBS)

$(BUILD)/libcachetap.a: $(call objs,$(LIB_SRCS)) $(LLHTTP_OBJS)
$(BUILD)/libprogram.a: $(call objs,$(PROG_SRCS))
$(BUILD)/libsupport.a: $(call objs,$(SUPPORT_SRCS))
# Apart from those of support: they need cmocka, which fuzzing and measuring do without.
$(BUILD)/libfixtures.a: $(call objs,$(FIXTURE_SRCS))
$(BUILD)/%.a:
	$(Q)echo "  AR   $@"; rm -f $@; $(AR) rcs $@ $^

$(BUILD)/src/%.o: src/%.c Makefile | $(if $(NODEPS),,check-deps)
	$(Q)mkdir -p $(@D); echo "  CC   $<"; $(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) $(COVFLAGS) $(WARN) $(DEFS) -c -o $@ $<
$(BUILD)/tests/%.o: tests/%.c Makefile | $(if $(NODEPS),,check-deps)
	$(Q)mkdir -p $(@D); echo "  CC   $<"; $(CC) $(CPPFLAGS) -Itests $(PKG_CFLAGS) $(TEST_CFLAGS) $(CFLAGS) $(WARN) $(DEFS) -c -o $@ $<
$(BUILD)/llhttp/%.o: $(LLHTTP_DIR)/%.c Makefile
	$(Q)mkdir -p $(@D); echo "  CC   $<"; $(CC) $(CPPFLAGS) -I$(LLHTTP_INC) $(CFLAGS) $(COVFLAGS) -w -c -o $@ $<
$(BUILD)/src/app/%.o: DEFS = -DCT_LLHTTP_ORIGIN='"$(LLHTTP_ORIGIN)"'

# The libraries of tests come first: json-c and jansson share the name json_object_get.
$(BUILD)/tests/test_%: $(BUILD)/tests/unit/test_%.o $(BUILD)/libfixtures.a $(BUILD)/libsupport.a $(BUILD)/libprogram.a $(BUILD)/libcachetap.a
	$(Q)mkdir -p $(@D); echo "  LINK $@"; $(CC) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(PKG_LIBS) $(LIBS)
$(BUILD)/replay/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libsupport.a $(BUILD)/libprogram.a $(BUILD)/libcachetap.a
	$(Q)mkdir -p $(@D); echo "  LINK $@"; $(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(LIBS)
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libsupport.a $(BUILD)/libprogram.a $(BUILD)/libcachetap.a
	$(Q)mkdir -p $(@D); echo "  LINK $@"; $(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS) $(LIBS)
$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libsupport.a $(BUILD)/libprogram.a $(BUILD)/libcachetap.a
	$(Q)mkdir -p $(@D); echo "  LINK $@"; $(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- dependencies --------------------------------------------------------------------------
.PHONY: check-deps deps
check-deps:
	@tests/tools/deps.sh check build
deps: ## install what is missing (Debian, Ubuntu: apt; else a list)
	@tests/tools/deps.sh install build test

# ---- for people ----------------------------------------------------------------------------
.PHONY: docs screens demo test check unit e2e lint fuzz fuzz-replay bench install uninstall deb deb-test clean help
demo: ## set up, build, and show the main job on a recorded capture of a real nginx cache
	@tests/tools/deps.sh install build
	@$(MAKE) --no-print-directory $(JOBS) all
	@tests/tools/demo.sh $(BUILD)/cachetap

test: ## set up, build, run all tests, plain and under ASan and UBSan
	@tests/tools/deps.sh install build test
	@$(MAKE) --no-print-directory $(JOBS) tests
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory $(JOBS) tests SAN=1
	@$(MAKE) --no-print-directory check SAN=1
	@$(MAKE) --no-print-directory $(JOBS) race-tests TSAN=1
	@$(MAKE) --no-print-directory races TSAN=1
	@$(MAKE) --no-print-directory fuzz SECONDS=$(FUZZ_IN_TEST)
	@echo; echo "all tests passed"
FUZZ_IN_TEST ?= 5
# As many at a time as there are processors, unless make was told.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: tests
tests: all $(TESTS) $(REPLAYERS)
check: unit fuzz-replay e2e ## run the tests of one build (SAN=1: with sanitizers)

unit: $(TESTS)
	@tests/tools/run_unit.sh $(TESTS)

RACES := $(addprefix $(BUILD)/tests/,test_ring test_crew test_metrics_server)
.PHONY: races race-tests
race-tests: $(RACES)
races: $(RACES) ## the tests with several threads (TSAN=1: under ThreadSanitizer)
	@tests/tools/run_unit.sh $(RACES)

fuzz-replay: $(REPLAYERS)
	@tests/tools/run_replay.sh $(REPLAYERS)

e2e: all
	@tests/tools/run_e2e.sh $(BUILD)/cachetap

fuzz: ## run every fuzz target for SECONDS=60 each (needs clang)
	@tests/tools/deps.sh install build fuzz
	@$(MAKE) --no-print-directory $(JOBS) FUZZ=1 CC=clang BUILD=build/fuzzing fuzzers
	@tests/tools/run_fuzz.sh $(SECONDS) $(patsubst tests/fuzz/%.c,build/fuzzing/fuzz/%,$(FUZZ_SRCS))

.PHONY: fuzzers seeds
fuzzers: $(FUZZERS)

seeds: $(BUILD)/mkseeds ## make the fuzzing seeds of the samples again
	@for c in nginx.pcap varnish.pcap squid.pcapng chain.pcap; do $< captures/$$c $${c%.*}; done

$(BUILD)/mkseeds: $(BUILD)/tests/fuzz/mkseeds.o $(BUILD)/libsupport.a $(BUILD)/libprogram.a $(BUILD)/libcachetap.a
	$(Q)echo "  LINK $@"; $(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) $(LIBS)

docs: all ## make the pages again that come from the program's tables, man page and completion too
	@tests/tools/limits.sh $(BUILD)/cachetap >docs/limits.md
	@tests/tools/metrics_doc.sh $(BUILD)/cachetap >docs/metrics.md
	@tests/tools/query.sh $(BUILD)/cachetap >$(BUILD)/query.md && cp $(BUILD)/query.md docs/query.md
	@tests/tools/view_doc.sh $(BUILD)/cachetap >docs/view.md
	@tests/tools/dialects.sh $(BUILD)/cachetap >docs/dialects.md
	@tests/tools/man.sh $(BUILD)/cachetap >packaging/cachetap.1
	@tests/tools/completion.sh $(BUILD)/cachetap bash >packaging/completion/cachetap.bash
	@tests/tools/completion.sh $(BUILD)/cachetap zsh >packaging/completion/_cachetap

screens: all ## make the screens of docs/view.md again, in a real terminal (tmux)
	@tests/tools/screens.sh $(BUILD)/cachetap docs/screens
	@tests/tools/view_doc.sh $(BUILD)/cachetap >docs/view.md

lint: ## format, layers, self-contained headers, clang-tidy, cppcheck
	@tests/tools/deps.sh install build test lint
	@$(MAKE) --no-print-directory all
	@tests/tools/lint.sh "$(LAYERS)" "$(filter-out -MMD -MP,$(CPPFLAGS)) -Itests $(PKG_CFLAGS) $(TEST_CFLAGS) -std=c17"

bench: ## replay time against a bare pcap_loop and other tools, and peak memory
	@tests/tools/deps.sh install build bench
	@$(MAKE) --no-print-directory all benches
	@tests/bench/run.sh $(BUILD)

.PHONY: bench-live bench-view soak
bench-live: ## live at top speed between namespaces (root), beside tcpdump and httpry: what is lost
	@tests/tools/deps.sh install build bench
	@$(MAKE) --no-print-directory all benches
	@tests/bench/live.sh $(BUILD)

bench-view: ## what the live view costs (root): processor time, lost packets, frames, answers to keys
	@tests/tools/deps.sh install build bench
	@$(MAKE) --no-print-directory all benches
	@tests/bench/view.py $(BUILD)

soak: ## ten million transactions through a live interface (root): memory and descriptors stay
	@tests/tools/deps.sh install build bench
	@$(MAKE) --no-print-directory all benches
	@tests/bench/soak.sh $(BUILD)

.PHONY: lab
lab: ## real caches in namespaces (root): labels against their own logs; SEED=N REQUESTS=N CACHES=...
	@tests/tools/deps.sh install build lab
	@$(MAKE) --no-print-directory all
	@tests/lab/lab.sh $(BUILD)/cachetap "$(SEED)" "$(REQUESTS)" $(CACHES)

.PHONY: benches
benches: $(BENCHES)

# Where things go. The service's unit names /usr/bin; install rewrites it to where the program is.
SYSCONFDIR ?= $(PREFIX)/etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SHAREDIR := $(PREFIX)/share
DOCS := README.md $(wildcard docs/*.md) packaging/cachetap.conf \
        packaging/prometheus.yml packaging/prometheus-rules.yml
put = install -d $(DESTDIR)$(dir $(2)) && install -m $(3) $(1) $(DESTDIR)$(2)

install: all ## install program, man page, completion, service, library under DESTDIR and PREFIX
	$(call put,$(BUILD)/cachetap,$(PREFIX)/bin/cachetap,0755)
	$(call put,$(BUILD)/libcachetap.a,$(PREFIX)/lib/libcachetap.a,0644)
	install -d $(DESTDIR)$(PREFIX)/include/cachetap $(DESTDIR)$(SHAREDIR)/doc/cachetap
	install -m 0644 include/cachetap/*.h $(DESTDIR)$(PREFIX)/include/cachetap/
	install -m 0644 $(DOCS) $(DESTDIR)$(SHAREDIR)/doc/cachetap/
	$(call put,packaging/cachetap.1,$(SHAREDIR)/man/man1/cachetap.1,0644)
	$(call put,packaging/completion/cachetap.bash,$(SHAREDIR)/bash-completion/completions/cachetap,0644)
	$(call put,packaging/completion/_cachetap,$(SHAREDIR)/zsh/vendor-completions/_cachetap,0644)
	$(call put,packaging/cachetap.default,$(SYSCONFDIR)/default/cachetap,0644)
	$(call put,packaging/cachetap.logrotate,$(SYSCONFDIR)/logrotate.d/cachetap,0644)
	$(call put,packaging/cachetap.service,$(UNITDIR)/cachetap.service,0644)
	sed -i -e 's,/usr/bin/cachetap,$(PREFIX)/bin/cachetap,' -e 's,/etc/default,$(SYSCONFDIR)/default,' \
	    $(DESTDIR)$(UNITDIR)/cachetap.service

uninstall: ## remove what install put there
	rm -f $(addprefix $(DESTDIR),$(PREFIX)/bin/cachetap $(PREFIX)/lib/libcachetap.a \
	    $(SHAREDIR)/man/man1/cachetap.1 $(SHAREDIR)/bash-completion/completions/cachetap \
	    $(SHAREDIR)/zsh/vendor-completions/_cachetap $(SYSCONFDIR)/default/cachetap \
	    $(SYSCONFDIR)/logrotate.d/cachetap $(UNITDIR)/cachetap.service)
	rm -rf $(DESTDIR)$(PREFIX)/include/cachetap $(DESTDIR)$(SHAREDIR)/doc/cachetap

deb: ## build the Debian packages into build/deb
	@tests/tools/deps.sh install build package
	@tests/tools/deb.sh build/deb

deb-test: deb ## install, run, remove and purge the package in a fresh Debian (root, debootstrap)
	@tests/tools/deb_test.sh build/deb

clean: ## remove the build folder
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
