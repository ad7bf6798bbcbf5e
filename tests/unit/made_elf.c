/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/made_elf.h"

#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "tests/unit/root.h"

static struct file {
	Elf64_Ehdr header;
	Elf64_Phdr parts[2];
	Elf64_Shdr sections[3]; /* none, symbols, their names */
	Elf64_Sym symbols[2];
	char names[16];
	char code[1024];
} file;

static void put_sections(void)
{
	file.sections[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
					.sh_offset = offsetof(struct file, symbols),
					.sh_size = sizeof(file.symbols),
					.sh_entsize = sizeof(Elf64_Sym),
					.sh_addralign = 8,
					.sh_info = 1,
					.sh_link = 2};
	file.sections[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
					.sh_offset = offsetof(struct file, names),
					.sh_size = sizeof(file.names),
					.sh_addralign = 1};
	strcpy(file.names + 1, "sizeless");
}

void put_made_elf(const char *path, uint64_t first, uint64_t second, uint64_t size)
{
	const uint64_t offsets[2] = {first, second};

	memset(&file, 0, sizeof(file));
	file.header = (Elf64_Ehdr){.e_type = ET_DYN,
				   .e_machine = EM_X86_64,
				   .e_version = EV_CURRENT,
				   .e_ehsize = sizeof(Elf64_Ehdr),
				   .e_phoff = offsetof(struct file, parts),
				   .e_phentsize = sizeof(Elf64_Phdr),
				   .e_phnum = 2,
				   .e_shoff = offsetof(struct file, sections),
				   .e_shentsize = sizeof(Elf64_Shdr),
				   .e_shnum = 3};
	memcpy(file.header.e_ident, ELFMAG, SELFMAG);
	file.header.e_ident[EI_CLASS] = ELFCLASS64;
	file.header.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	file.header.e_ident[EI_VERSION] = EV_CURRENT;
	for (int i = 0; i < 2; i++)
		file.parts[i] = (Elf64_Phdr){.p_type = PT_LOAD,
					     .p_flags = PF_R | PF_X,
					     .p_offset = offsets[i],
					     .p_vaddr = 0x1000 + offsets[i],
					     .p_filesz = size,
					     .p_memsz = size};
	file.symbols[1] = (Elf64_Sym){.st_name = 1,
				      .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				      .st_shndx = 1,
				      .st_value = 0x1000 + first};
	put_sections();
	put_bytes(path, &file, sizeof(file));
}
