/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "compile/calls.h"
#include "tests/unit/unit.h"

#define CALL(to)                                                                    \
	{                                                                           \
		.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = (to) \
	}
#define EXIT                               \
	{                                  \
		.code = BPF_JMP | BPF_EXIT \
	}
#define MOV                                         \
	{                                           \
		.code = BPF_ALU64 | BPF_MOV | BPF_K \
	}

enum { PROGRAM = 1, TEXT, SYMBOLS, NAMES, RELOCATIONS, SECTIONS };
enum { SYMBOL_OF_TEXT = 1, SYMBOL_OF_PROGRAM, SYMBOL_OF_SECOND, SYMBOL_OF_THIRD, SYMBOL_OF_NOTHING };

/* It calls `second`, by its symbol, and `third`, by that of its section. */
static struct bpf_insn program[] = {CALL(-1), CALL(4 - 1), EXIT};
/* `first`, which nothing calls; `second`, which calls `third`; `third`, which calls `second`. */
static struct bpf_insn text[] = {EXIT, MOV, CALL(1), EXIT, CALL(-4), EXIT};
static char names[] = "\0program\0second\0third\0nothing";

static Elf64_Sym symbols[] = {
	{0},
	{.st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION), .st_shndx = TEXT},
	{1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, PROGRAM, 0, sizeof(program)},
	{9, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 0, TEXT, 8, 24},
	{16, ELF64_ST_INFO(STB_LOCAL, STT_FUNC), 0, TEXT, 32, 16},
	{.st_name = 22, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE)},
};
static Elf64_Rel relocations[] = {
	{0, ELF64_R_INFO(SYMBOL_OF_SECOND, BW_R_BPF_64_32)},
	{8, ELF64_R_INFO(SYMBOL_OF_TEXT, BW_R_BPF_64_32)},
};

static void add_section(Elf *elf, uint32_t type, uint32_t link, uint32_t info, void *bytes, size_t size, Elf_Type of)
{
	Elf_Scn *section = elf_newscn(elf);
	Elf_Data *data = elf_newdata(section);
	Elf64_Shdr *header = elf64_getshdr(section);

	*data = (Elf_Data){.d_buf = bytes, .d_size = size, .d_type = of, .d_align = 8, .d_version = EV_CURRENT};
	header->sh_type = type;
	header->sh_link = link;
	header->sh_info = info;
}

/* An object as LLVM makes it, written to fd. */
static void write_object(int fd)
{
	Elf *elf;
	Elf64_Ehdr *header;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	header = elf64_newehdr(elf);
	header->e_machine = EM_BPF;
	header->e_ident[EI_DATA] = ELFDATA2LSB;
	header->e_shstrndx = NAMES;
	add_section(elf, SHT_PROGBITS, 0, 0, program, sizeof(program), ELF_T_BYTE);
	add_section(elf, SHT_PROGBITS, 0, 0, text, sizeof(text), ELF_T_BYTE);
	add_section(elf, SHT_SYMTAB, NAMES, 2, symbols, sizeof(symbols), ELF_T_SYM);
	add_section(elf, SHT_STRTAB, 0, 0, names, sizeof(names), ELF_T_BYTE);
	add_section(elf, SHT_REL, SYMBOLS, PROGRAM, relocations, sizeof(relocations), ELF_T_REL);
	assert_true(elf_update(elf, ELF_C_WRITE) > 0);
	elf_end(elf);
}

static int link_program(struct bw_calls_code *code)
{
	BW_FD int fd = memfd_create("object", 0);
	struct bw_object o = {0};
	struct bw_object_function f;
	int r;

	write_object(fd);
	o.elf = elf_begin(fd, ELF_C_READ, NULL);
	o.symbols = elf_getdata(elf_getscn(o.elf, SYMBOLS), NULL);
	o.names = NAMES;
	assert_true(bw_object_function(&o, "program", &f));
	r = bw_calls_link(&o, &f, code);
	if (r == 0)
		assert_string_equal(code->parts[0].function.name, "program");
	bw_object_free(&o);
	return r;
}

static void what_a_program_calls_stands_behind_it_once(void **state)
{
	BW_CLEANUP(bw_calls_free) struct bw_calls_code code = {0};

	(void)state;
	assert_int_equal(link_program(&code), 0);
	assert_int_equal(code.n_parts, 3);
	assert_int_equal(code.n, 8);
	assert_int_equal(code.parts[1].first, 3);
	assert_int_equal(code.parts[2].first, 6);
	assert_int_equal(code.insns[3].code, BPF_ALU64 | BPF_MOV | BPF_K);
}

static void calls_lead_to_where_the_functions_stand(void **state)
{
	BW_CLEANUP(bw_calls_free) struct bw_calls_code code = {0};

	(void)state;
	assert_int_equal(link_program(&code), 0);
	assert_int_equal(code.insns[0].imm, 3 - 0 - 1);
	assert_int_equal(code.insns[1].imm, 6 - 1 - 1);
	assert_int_equal(code.insns[4].imm, 6 - 4 - 1); /* of `second` */
	assert_int_equal(code.insns[6].imm, 3 - 6 - 1); /* of `third` */
}

static void a_call_of_what_the_object_does_not_have_is_refused(void **state)
{
	BW_CLEANUP(bw_calls_free) struct bw_calls_code code = {0};

	(void)state;
	relocations[0].r_info = ELF64_R_INFO(SYMBOL_OF_NOTHING, BW_R_BPF_64_32);
	assert_int_equal(link_program(&code), -ENOTSUP);
	relocations[0].r_info = ELF64_R_INFO(SYMBOL_OF_SECOND, BW_R_BPF_64_32);
}

static void a_call_into_the_middle_of_a_function_is_refused(void **state)
{
	BW_CLEANUP(bw_calls_free) struct bw_calls_code code = {0};

	(void)state;
	program[1].imm++;
	assert_int_equal(link_program(&code), -ENOTSUP);
	program[1].imm--;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_a_program_calls_stands_behind_it_once),
	cmocka_unit_test(calls_lead_to_where_the_functions_stand),
	cmocka_unit_test(a_call_of_what_the_object_does_not_have_is_refused),
	cmocka_unit_test(a_call_into_the_middle_of_a_function_is_refused),
};

UNIT_MODULE("compile/calls", NULL, NULL);
