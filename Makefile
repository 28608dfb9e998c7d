# runbook: `make demo` and `make test` do all set-up themselves; `make help` lists the rest.

.DEFAULT_GOAL := all
SHELL := /bin/sh

# ---- what the project needs on a machine, named once ---------------------------------------
# package                 what for
PACKAGES_BUILD := \
	gcc libc6-dev make pkg-config \
	libyaml-dev liblua5.4-dev libpcre2-dev libjansson-dev libsqlite3-dev \
	libcurl4-openssl-dev
# The demo's web service and its git repository.
PACKAGES_DEMO := libmicrohttpd-dev git ca-certificates
# `shell: bash`, a terminal that can be looked at, a validator of JSON Schema that is not ours, time zones.
PACKAGES_TEST := $(PACKAGES_DEMO) bash tmux python3-jsonschema python3-yaml tzdata
PACKAGES_LINT := clang-format clang shellcheck
PACKAGES_FUZZ := clang libclang-rt-dev
# Real services for `make test-real`.
PACKAGES_REAL := postgresql nginx prometheus wrk openssh-server openssh-client openssl sqlite3 curl

# ---- variants: `make VARIANT=asan`, each in its own folder ----------------------------------
VARIANT ?= release
ifeq ($(VARIANT),release)
B := build
else
B := build/$(VARIANT)
endif

CC ?= cc
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wformat=2 -Wundef -Wnull-dereference -Wimplicit-fallthrough -Wconversion \
	-Wno-sign-conversion -fno-common
ifdef CI
WARN += -Werror
endif
BASE := -std=gnu11 -D_GNU_SOURCE -Iinterpreter -I/usr/include/lua5.4 \
	-include base/banned.h -MMD -MP $(WARN)
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2 -fPIE -fstack-protector-strong
CFLAGS_asan := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
CFLAGS_debug := -O0 -g
CFLAGS_lint-gcc := -O2
CFLAGS_lint-clang := -O1
CFLAGS_coverage := -O0 -g --coverage
CFLAGS_fuzz := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=undefined
LDFLAGS_release := -pie -Wl,-z,relro,-z,now
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_debug :=
LDFLAGS_coverage := --coverage
LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined
CFLAGS_ALL = $(BASE) $(CFLAGS_$(VARIANT)) $(CFLAGS)
# The small libraries are linked in: five shared ones would cost half a millisecond at each start.
LIBS := -Wl,--as-needed -Wl,-Bstatic -lyaml -llua5.4 -lpcre2-8 -ljansson -lsqlite3 -Wl,-Bdynamic \
	-lc -lm -ldl

# Short lines; `make V=1` shows the commands.
ifdef V
Q :=
else
Q := @
endif

# ---- the program ----------------------------------------------------------------------------
SOURCES := $(wildcard interpreter/*/*.c)
OBJECTS := $(SOURCES:%.c=$(B)/obj/%.o)
MAIN := $(B)/obj/interpreter/cli/main.o
STDLIB := $(shell find stdlib -name '*.yml' 2>/dev/null | LC_ALL=C sort)

all: $(B)/runbook

$(B)/runbook: $(OBJECTS) $(B)/obj/stdlib.o
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CFLAGS_ALL) -c -o $@ $<

# stdlib/ is part of the binary: each file's bytes, behind a table of names.
$(B)/gen/stdlib.S: $(STDLIB) Makefile
	@mkdir -p $(@D)
	@{ echo '.section .rodata'; n=0; for f in $(STDLIB); do n=$$((n+1)); \
		echo ".Ltext$$n: .incbin \"$$f\""; echo ".Lend$$n: .byte 0"; \
		echo ".Lname$$n: .asciz \"$${f#stdlib/}\""; done; \
	echo '.section .data.rel.ro,"aw"'; echo '.balign 8'; \
	echo '.globl stdlib_files'; echo 'stdlib_files:'; i=0; while [ $$i -lt $$n ]; do i=$$((i+1)); \
		echo ".quad .Lname$$i, .Ltext$$i, .Lend$$i - .Ltext$$i"; done; echo '.quad 0, 0, 0'; \
	echo '.section .note.GNU-stack,"",%progbits'; } > $@
$(B)/obj/stdlib.o: $(B)/gen/stdlib.S
	@mkdir -p $(@D)
	$(Q)$(CC) -c -o $@ $<

# ---- the demo world ---------------------------------------------------------------------------
DEMO := runbooks/demo
DEMO_SHARED := util web client latency
DEMO_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN)
SHOP_SOURCES := $(wildcard $(DEMO)/shop*.c) $(DEMO_SHARED:%=$(DEMO)/%.c)
STANDIN_SOURCES := $(wildcard $(DEMO)/standins*.c) $(DEMO_SHARED:%=$(DEMO)/%.c)

demo-world: build/demo/shop build/demo/standins
build/demo/shop: $(SHOP_SOURCES) $(wildcard $(DEMO)/*.h)
	@mkdir -p $(@D)
	@echo "  CC $@"
	$(Q)$(CC) $(DEMO_CFLAGS) -o $@ $(SHOP_SOURCES) -lmicrohttpd -lsqlite3 -ljansson -lm -pthread
build/demo/standins: $(STANDIN_SOURCES) $(wildcard $(DEMO)/*.h)
	@mkdir -p $(@D)
	@echo "  CC $@"
	$(Q)$(CC) $(DEMO_CFLAGS) -o $@ $(STANDIN_SOURCES) -lmicrohttpd -ljansson -lm -pthread

demo: setup-demo
	@$(MAKE) --no-print-directory -s -j2 all demo-world
	@$(DEMO)/demo.sh

# ---- tests ------------------------------------------------------------------------------------
# Every tests/unit/*.c in one program; tests/cases/*.case read by another.
UNIT_SOURCES := $(wildcard tests/unit/*.c)
CASE_SOURCES := $(wildcard tests/cases/*.c)
UNIT_OBJECTS := $(UNIT_SOURCES:%.c=$(B)/obj/%.o)
CASE_OBJECTS := $(CASE_SOURCES:%.c=$(B)/obj/%.o)
LIBRARY := $(filter-out $(MAIN),$(OBJECTS)) $(B)/obj/stdlib.o

$(B)/unit: $(UNIT_OBJECTS) $(LIBRARY)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/cases: $(CASE_OBJECTS) $(LIBRARY)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/obj/tests/unit/%.o: CFLAGS += -Itests/unit

$(B)/cut $(B)/fault: $(B)/%: tests/crash/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $@"
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN) -o $@ $<

objects: $(OBJECTS) $(UNIT_OBJECTS) $(CASE_OBJECTS)
programs: $(B)/runbook $(B)/unit $(B)/cases $(B)/cut $(B)/fault demo-world

test: setup-test
	@$(MAKE) --no-print-directory -j2 programs
	@tests/run.sh $(B)
# The same under the sanitizers.
test-asan: setup-test
	@$(MAKE) --no-print-directory -j2 VARIANT=asan programs
	@tests/run.sh build/asan

# ---- crashes: killed at each instant and at CRASH_RUNS=60 random ones, then gone on with; each
# write, sync, open and fork failing --------------------------------------------------------------
CRASH_RUNS ?= 60
crash: setup-test
	@$(MAKE) --no-print-directory -j2 $(B)/runbook $(B)/cut $(B)/fault
	@CRASH_RUNS=$(CRASH_RUNS) tests/crash/run.sh $(B)
	@tests/crash/faults.sh $(B)

# ---- fuzzing: `make fuzz FUZZ_SECONDS=600`, so long for each target ---------------------------
FUZZ_SECONDS ?= 60
FUZZ_SOURCES := $(wildcard tests/fuzz/*.c)
FUZZ_PROGRAMS := $(FUZZ_SOURCES:tests/fuzz/%.c=$(B)/fuzz-%)

$(B)/fuzz-%: $(B)/obj/tests/fuzz/%.o $(LIBRARY)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/obj/tests/fuzz/%.o: CFLAGS += -Itests/fuzz

fuzz-programs: $(FUZZ_PROGRAMS)
# `make lint` compiles them too: nothing else says when one no longer fits what it calls.
objects: $(FUZZ_SOURCES:%.c=$(B)/obj/%.o)
fuzz: setup-fuzz
	@$(MAKE) --no-print-directory -j2 VARIANT=fuzz CC=clang fuzz-programs
	@tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS)

# The library and the runbooks on PostgreSQL, SQLite, nginx, Prometheus and git over ssh, and on stand-ins for the clouds.
test-real: setup-real
	@$(MAKE) --no-print-directory -j2 programs
	@tests/real/run.sh $(B)

# ---- speed ------------------------------------------------------------------------------------
# Each tests/bench/*.c is a program; `guards` calls the interpreter's own functions.
BENCH := $(B)/bench
BENCH_SOURCES := $(wildcard tests/bench/*.c)
BENCH_PROGRAMS := $(BENCH_SOURCES:tests/bench/%.c=$(BENCH)/%)
BENCH_CFLAGS := -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN)

$(BENCH)/limit_http: BENCH_LIBS := -lcurl
$(BENCH)/limit_yaml: BENCH_LIBS := -lyaml
$(BENCH)/guards: $(B)/obj/tests/bench/guards.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)
$(filter-out $(BENCH)/guards,$(BENCH_PROGRAMS)): $(BENCH)/%: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $@"
	$(Q)$(CC) $(BENCH_CFLAGS) -o $@ $< $(BENCH_LIBS)

bench-programs: $(B)/runbook $(BENCH_PROGRAMS)
bench: setup-test
	@$(MAKE) --no-print-directory -j2 bench-programs
	@tests/bench/run.sh $(B)

lint: setup-lint
	@tests/lint/run.sh
# Pages that are made from tables of the program; a test says when one is out of date.
docs: $(B)/runbook
	@$(B)/runbook explain --markdown > docs/rules.md
	@$(B)/runbook modules --markdown > docs/modules.md
	@$(B)/runbook schema > grammar/runbook.schema.json
	@$(B)/runbook schema --module > grammar/module.schema.json
	@$(B)/runbook schema --keys > grammar/keys.md
	@$(B)/runbook schema --guards > grammar/guard.ebnf

format: setup-lint
	clang-format -i $$(git ls-files '*.c' '*.h')

# ---- set-up: whatever the system's package manager has to add ---------------------------------
setup-demo: PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_DEMO)
setup-demo: WHY = to build runbook and to run the demo's web service
setup-test: PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_TEST)
setup-test: WHY = to build runbook and its tests
setup-lint: PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_DEMO) $(PACKAGES_LINT)
setup-lint: WHY = to check the sources
setup-real: PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_TEST) $(PACKAGES_REAL)
setup-real: WHY = to test with real services
setup-fuzz: PACKAGES = $(PACKAGES_BUILD) $(PACKAGES_FUZZ)
setup-fuzz: WHY = to fuzz the parsers
setup-demo setup-test setup-lint setup-real setup-fuzz:
	@missing=; for p in $(PACKAGES); do \
		case "$$(dpkg-query -W -f='$${db:Status-Status}' $$p 2>/dev/null)" in installed) ;; \
		*) missing="$$missing $$p";; esac; done; \
	[ -n "$$missing" ] || exit 0; \
	echo "installing$$missing ($(WHY))"; \
	command -v apt-get >/dev/null || { echo "no apt-get here: please install them by hand"; exit 1; }; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	[ -z "$$sudo" ] || command -v sudo >/dev/null || \
		{ echo "please run as root: apt-get install$$missing"; exit 1; }; \
	$$sudo apt-get update -qq >/dev/null && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$$missing >/dev/null

# ---- the rest ---------------------------------------------------------------------------------
PREFIX ?= /usr/local
install: all
	install -D -m 755 $(B)/runbook $(DESTDIR)$(PREFIX)/bin/runbook

clean:
	rm -rf build

help:
	@echo 'make demo       sets everything up and deploys a release in a small real world'
	@echo 'make test       sets everything up and runs the tests'
	@echo 'make            builds build/runbook'
	@echo 'make lint       format, include order, shell scripts, both compilers'
	@echo 'make test-real  the library on PostgreSQL, SQLite, nginx, Prometheus and git over ssh'
	@echo 'make test-asan  the tests under the address and undefined-behaviour sanitizers'
	@echo 'make crash      kills runs at every instant and goes on with them, CRASH_RUNS=60'
	@echo 'make fuzz       any bytes into the parsers, FUZZ_SECONDS=60 for each'
	@echo 'make bench      speed and memory, beside their physical limits'
	@echo 'make docs       writes the pages that are made from tables'
	@echo 'make format     lets clang-format lay out the sources'
	@echo 'make install    into $$(PREFIX)/bin'
	@echo 'make clean      removes build/'

-include $(OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $(CASE_OBJECTS:.o=.d) \
	$(FUZZ_SOURCES:%.c=$(B)/obj/%.d)
.PHONY: all bench bench-programs clean crash demo demo-world docs format fuzz fuzz-programs help install \
	lint objects programs setup-demo setup-fuzz setup-lint setup-real setup-test test test-asan \
	test-real
