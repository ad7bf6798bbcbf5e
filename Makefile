# SPDX-License-Identifier: Apache-2.0
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
CFLAGS ?= -O2 -g
V ?= 0

Q := $(if $(filter 1,$V),,@)
say = $(if $(filter 1,$V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@printf '  %-7s %s\n' $1 $2)

build := build
san := $(build)/san
warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
flags = -std=c11 -D_GNU_SOURCE $(warnings) -Itool -I. -MMD -MP $(CPPFLAGS) $(CFLAGS)

# bccwatch has no LLVM in it: it links libbcc_bpf. Its compiler links libbcc, and runs as a process of its own.
compiler_src := $(wildcard tool/compile/*.c)
manual_src := tool/manual.c
tool_src := $(filter-out $(compiler_src) $(manual_src),$(wildcard tool/*.c tool/*/*.c))
shared_src := tool/base/file.c tool/base/name_index.c tool/build/dependencies.c tool/build/tokens.c tool/program/image.c tool/program/image_write.c tool/output/layout.c tool/kernel/btf.c

objects = $(patsubst %.c,$(build)/%.o,$1)
bpf_files := $(patsubst bpf_src/%,%,$(wildcard bpf_src/*.* bpf_src/*/*.*) bpf_src/kernel/include/linux/kconfig.h)
programs := bccwatch $(build)/bccwatch-compile
documents := $(build)/bccwatch.8 $(build)/bccwatch.bash
fixtures := $(patsubst tests/fixtures/%.c,$(build)/fixtures/%,$(wildcard tests/fixtures/*.c))

all: $(programs) $(documents)

bccwatch: $(call objects,$(tool_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbcc_bpf -lbpf -lelf -lmd -lz -pthread

$(build)/bccwatch-compile: $(call objects,$(compiler_src) $(shared_src))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbcc -lbpf -lelf -lmd -ldl

$(build)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) -c -o $@ $<

# The names of numbers that a kernel's BTF does not have: those of the system's headers.
$(build)/constants.inc: tool/compile/constants.h
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -E -dM $< | sort | \
		grep -E '^#define (E[0-9A-Z]+|__O_[A-Z]+|(O|AT|F|S|SA|SIG|CLONE|MAP|PROT|MS|PTRACE|AF|PF|CAP|RESOLVE|RENAME|ETH_P|POLL)_?[A-Z0-9_]+|[A-Z][A-Z0-9_]*_(MAX|MAGIC)) [-A-Z0-9a-zx_()|<>~ +]+$$' | \
		sed 's/.*/"&\\n"/' >$@.new && mv $@.new $@

$(build)/tool/compile/header_tree.o $(san)/tool/compile/header_tree.o: $(build)/constants.inc

# The option lists of the man page and the completion come from the tables that the parser reads.
$(build)/manual: $(call objects,$(manual_src) $(filter-out tool/main.c,$(tool_src)))
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbcc_bpf -lbpf -lelf -lmd -lz -pthread

# So does the list of what block denies, from what the tests recorded.
$(build)/bccwatch.8: tool/bccwatch.8.in tests/ways.md tests/ways.sh $(build)/manual
	$(call say,MAN,$@)
	$(Q)tests/ways.sh --man <tests/ways.md >$(build)/ways.8
	$(Q)sed -e '/^@WAYS$$/{r $(build)/ways.8' -e 'd;}' $< | $(build)/manual man >$@.new && mv $@.new $@

$(build)/bccwatch.bash: $(build)/manual
	$(call say,GEN,$@)
	$(Q)$(build)/manual completion >$@.new && mv $@.new $@

$(build)/fixtures/%: tests/fixtures/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(warnings) $(CFLAGS) -I. -o $@ $(filter %.c,$^) -pthread $(fixture_libs)

$(build)/fixtures/changes $(build)/fixtures/leaks: tests/fixtures/changes.h
$(build)/fixtures/access: $(wildcard tests/fixtures/access_parts/*.[ch])
$(build)/fixtures/schema: $(wildcard tests/fixtures/schema_parts/*.[ch])
$(build)/fixtures/fileops: $(wildcard tests/fixtures/fileops_parts/*.[ch])
$(build)/fixtures/events: $(wildcard tests/fixtures/events_parts/*.[ch])
$(build)/fixtures/attach: fixture_libs := -lbpf -lelf

fixtures: $(fixtures)

install: all
	install -D -m 0755 bccwatch "$(DESTDIR)$(PREFIX)/sbin/bccwatch"
	install -D -m 0755 $(build)/bccwatch-compile "$(DESTDIR)$(PREFIX)/libexec/bccwatch/bccwatch-compile"
	for file in $(bpf_files); do \
		install -D -m 0644 "bpf_src/$$file" "$(DESTDIR)$(PREFIX)/share/bccwatch/bpf_src/$$file" || exit; done
	install -D -m 0644 tool/trace.schema.json "$(DESTDIR)$(PREFIX)/share/bccwatch/trace.schema.json"
	install -D -m 0644 $(build)/bccwatch.8 "$(DESTDIR)$(PREFIX)/share/man/man8/bccwatch.8"
	install -D -m 0644 $(build)/bccwatch.bash "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/bccwatch"

# The guest's tests with their programs, for scripts/check.
install-tests: fixtures
	install -d "$(DESTDIR)$(PREFIX)/lib/bccwatch/tests/fixtures"
	cp -R tests/guest tests/bench tests/fixtures "$(DESTDIR)$(PREFIX)/lib/bccwatch/tests"
	cp $(fixtures) "$(DESTDIR)$(PREFIX)/lib/bccwatch/tests/fixtures"

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/sbin/bccwatch" "$(DESTDIR)$(PREFIX)/share/man/man8/bccwatch.8" \
		"$(DESTDIR)$(PREFIX)/share/bash-completion/completions/bccwatch"
	rm -rf "$(DESTDIR)$(PREFIX)/libexec/bccwatch" "$(DESTDIR)$(PREFIX)/share/bccwatch"

check:
	scripts/check

# All unit tests are one program, under the sanitizers, with all modules of the tool: build/san/unit [MODULE ...].
san_flags := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g
unit_src := $(filter-out tool/main.c,$(tool_src)) $(filter-out tool/compile/main.c tool/compile/compile.c tool/compile/module_image.c tool/compile/tables.c,$(compiler_src))
unit_objects := $(patsubst %.c,$(san)/%.o,$(unit_src) tests/unit/common.c)
test_objects := $(patsubst %.c,$(san)/%.o,$(filter-out tests/unit/common.c,$(wildcard tests/unit/*.c tests/fixtures/schema_parts/*.c)))

$(san)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(san_flags) -c -o $@ $<

# What is tested is compiled as ever; the tests themselves, of which there are many, in less time.
$(test_objects): san_flags += -O0

$(san)/unit: $(test_objects) $(unit_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(san_flags) -o $@ $^ -lbcc_bpf -lbpf -lelf -lmd -lz -pthread -lcmocka

# Each fuzz target on its corpus; `make fuzz` makes build/fuzz/NAME, which look for more by libFuzzer.
fuzz_src := $(wildcard tests/fuzz/fuzz_*.c)
fuzz_names := $(patsubst tests/fuzz/fuzz_%.c,%,$(fuzz_src))
fuzz_flags := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -O1 -g
fuzz_objects := $(patsubst %.c,$(build)/fuzz/%.o,$(unit_src) tests/unit/common.c)

$(san)/fuzz_%: $(san)/tests/fuzz/fuzz_%.o $(san)/tests/fuzz/driver.o $(unit_objects)
	$(call say,LINK,$@)
	$(Q)$(CC) $(san_flags) -o $@ $^ -lbcc_bpf -lbpf -lelf -lmd -lz -pthread

$(build)/fuzz/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang $(flags) $(fuzz_flags) -c -o $@ $<

$(build)/fuzz/%: $(build)/fuzz/tests/fuzz/fuzz_%.o $(fuzz_objects)
	$(call say,LINK,$@)
	$(Q)clang $(fuzz_flags) -o $@ $^ -lbcc_bpf -lbpf -lelf -lmd -lz -pthread

fuzz: $(addprefix $(build)/fuzz/,$(fuzz_names))

# The types of the tests as clang knows them in a BPF program.
$(build)/%.bpf.o: tests/unit/bpf/%.c tests/unit/bpf/types.h
	$(Q)mkdir -p $(@D)
	$(Q)clang -target bpf -O2 -g -I. -c -o $@ $<

# UNIT="walk rules": the tests of these modules alone.
check-unit: $(san)/unit $(addprefix $(san)/fuzz_,$(fuzz_names)) $(build)/types.bpf.o $(build)/kernel_types.bpf.o all
	$(Q)failed=0; $(san)/unit $(UNIT) || failed=1; [ -z '$(UNIT)' ] || exit $$failed; \
		for f in $(fuzz_names); do $(san)/fuzz_$$f tests/fuzz/corpus/$$f || failed=1; done; tests/unit/documents.sh || failed=1; exit $$failed

lint:
	$(Q)scripts/lint

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

clean:
	rm -rf $(build) bccwatch

help:
	@echo 'make              build ./bccwatch (V=1 shows the commands; CC=clang works too)'
	@echo 'make check        all tests, in a guest too: scripts/check'
	@echo 'make check-unit   the unit tests, under ASan and UBSan; no root'
	@echo 'make fuzz         the fuzz targets, by clang: build/fuzz/NAME tests/fuzz/corpus/NAME'
	@echo 'make lint         clang-tidy, cppcheck, shellcheck, the direction of includes, formatting'
	@echo 'make format       clang-format on all sources'
	@echo 'make install      to PREFIX ($(PREFIX)), below DESTDIR; make uninstall'
	@echo 'make fixtures     the programs that the guest tests run'
	@echo 'make clean'

.PHONY: all fixtures install install-tests uninstall check check-unit fuzz lint format clean help
.DELETE_ON_ERROR:
.SECONDARY:

-include $(patsubst %.o,%.d,$(call objects,$(tool_src) $(compiler_src) $(manual_src)) $(unit_objects) $(test_objects) $(patsubst %.c,$(san)/%.o,$(fuzz_src) tests/fuzz/driver.c) $(fuzz_objects))
