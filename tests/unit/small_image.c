/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/small_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "program/image.h"
#include "tests/unit/unit.h"

static struct bw_layout_field fields[] = {{"pid", BW_UNSIGNED, 0, 4, 1, 0, 0, {0}, 3, 1},
					  {"in", BW_STRUCT, 4, 4, 1, 1, 0, {0}, 0, 0},
					  {"x", BW_CHAR, 0, 1, 4, 0, 2, {2, 2}, 0, 0}};

static struct bw_layout_field number = {"", BW_UNSIGNED, 0, 8, 1, 0, 0, {0}, 0, 0};
static struct bw_image_map maps[] = {
	{"counters", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2, 0, BW_DISPLAY_LOG2, {NULL, 0, 0}, {&number, 1, 8}, NULL},
	{"events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0, BW_DISPLAY_TABLE, {NULL, 0, 0}, {NULL, 0, 0}, NULL},
	{".rodata",
	 BPF_MAP_TYPE_ARRAY,
	 4,
	 6,
	 1,
	 BPF_F_RDONLY_PROG,
	 BW_DISPLAY_TABLE,
	 {NULL, 0, 0},
	 {NULL, 0, 0},
	 "seven"}};

void *image_bytes(size_t *len)
{
	struct bpf_insn insns[] = {{.code = BPF_LD | BPF_IMM | BPF_DW, .src_reg = BPF_PSEUDO_MAP_FD, .imm = 1},
				   {0},
				   {.code = BPF_LD | BPF_IMM | BPF_DW, .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = 2},
				   {.imm = 5},
				   {.code = BPF_JMP | BPF_EXIT}};
	struct bw_image_program programs[] = {{"kprobe__f", insns, 5}, {"kprobe__g", insns + 4, 1}};
	struct bw_image_event events[] = {{1, {fields, 3, 8}}};
	struct bw_image image = {"GPL", maps, programs, events, NULL, 3, 2, 1, NULL};
	int fd = memfd_create("image", 0);
	char *bytes = NULL;

	assert_int_equal(bw_image_write(&image, fd), 0);
	assert_int_equal(bw_file_read_all(fd, 1 << 20, &bytes, len), 0);
	close(fd);
	return bytes;
}
