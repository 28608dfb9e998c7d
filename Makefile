# runbook: `make demo` and `make test` do all set-up themselves; `make help` lists the rest.

.DEFAULT_GOAL := all
SHELL := /bin/sh

# ---- what the project needs on a machine, named once ---------------------------------------
# package                 what for
PACKAGES_BUILD := \
	gcc libc6-dev make pkg-config \
	libyaml-dev liblua5.4-dev libpcre2-dev libjansson-dev libsqlite3-dev \
	libcurl4-openssl-dev
PACKAGES_DEMO := libmicrohttpd-dev git ca-certificates
PACKAGES_TEST := bash tmux
PACKAGES_LINT := clang-format clang

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
CFLAGS_coverage := -O0 -g --coverage
LDFLAGS_release := -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_debug :=
LDFLAGS_coverage := --coverage
CFLAGS_ALL = $(BASE) $(CFLAGS_$(VARIANT)) $(CFLAGS)
# The small libraries are linked in: five shared ones would cost half a millisecond at each start.
LIBS := -Wl,-Bstatic -lyaml -llua5.4 -lpcre2-8 -ljansson -lsqlite3 -Wl,-Bdynamic -lm -ldl

# ---- the program ----------------------------------------------------------------------------
SOURCES := $(wildcard interpreter/*/*.c)
OBJECTS := $(SOURCES:%.c=$(B)/obj/%.o)
MAIN := $(B)/obj/interpreter/cli/main.o
STDLIB := $(shell find stdlib -name '*.yml' 2>/dev/null | LC_ALL=C sort)

all: $(B)/runbook

$(B)/runbook: $(OBJECTS) $(B)/obj/stdlib.o
	$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -c -o $@ $<

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
	$(CC) -c -o $@ $<

# ---- unit tests: every tests/unit/*.c in one program ----------------------------------------
UNIT_SOURCES := $(wildcard tests/unit/*.c)
UNIT_OBJECTS := $(UNIT_SOURCES:%.c=$(B)/obj/%.o)
$(B)/unit: $(UNIT_OBJECTS) $(filter-out $(MAIN),$(OBJECTS)) $(B)/obj/stdlib.o
	$(CC) $(LDFLAGS_$(VARIANT)) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/obj/tests/unit/%.o: CFLAGS += -Itests/unit

-include $(OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d)

clean:
	rm -rf build
.PHONY: all clean
