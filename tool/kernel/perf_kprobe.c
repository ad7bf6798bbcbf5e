/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/perf_kprobe.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/parse.h"

/* The number of the perf PMU, or -ENODEV. */
static int kprobe_pmu(const char *root, uint32_t *type)
{
	BW_FREE char *text = NULL;
	char path[PATH_MAX];
	uint64_t number;
	size_t len;

	snprintf(path, sizeof(path), "%s/sys/bus/event_source/devices/kprobe/type", root);
	if (bw_file_read(path, 64, &text, &len) < 0)
		return -ENODEV;
	text[strcspn(text, "\n")] = '\0';
	if (bw_parse_number(text, UINT32_MAX, &number) < 0)
		return -ENODEV;
	*type = (uint32_t)number;
	return 0;
}

int bw_perf_kprobe_supported(const char *root)
{
	uint32_t type;

	return kprobe_pmu(root, &type);
}

/* "FUNCTION+N" into a function that the caller frees, and N. */
static int split(const char *target, char **function, uint64_t *offset)
{
	const char *plus = strchr(target, '+');
	char *end = NULL;

	*offset = plus ? strtoull(plus + 1, &end, 0) : 0;
	if (plus && (*end || !isdigit((unsigned char)plus[1])))
		return -EINVAL;
	*function = strndup(target, strcspn(target, "+"));
	return *function ? 0 : -ENOMEM;
}

int bw_perf_kprobe_create(const char *target, bool at_return)
{
	BW_FREE char *function = NULL;
	uint64_t offset = 0;
	/* As perf_event_open(2) and the PMU's format/retprobe have it. */
	struct perf_event_attr attr = {.size = sizeof(attr), .disabled = 1, .config = at_return};
	int fd, r = kprobe_pmu("", &attr.type);

	if (r == 0)
		r = split(target, &function, &offset);
	if (r < 0)
		return r;
	attr.probe_offset = offset;
	attr.kprobe_func = (uintptr_t)function;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Numbers of the kernel's interface that older headers lack. */
enum { LINK_CREATE = 28, PERF_EVENT = 41, LINK_OF_PERF_EVENT = 7, INFO_TYPE = 0, INFO_MISSED = 48, INFO_BYTES = 56 };

/* A link between the two, whose descriptor holds both (Linux 5.15 on); or -errno. */
static int link_program(int kprobe, int program)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_fd = (uint32_t)kprobe;
	attr.link_create.attach_type = PERF_EVENT;
	fd = (int)syscall(SYS_bpf, LINK_CREATE, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

int bw_perf_kprobe_attach(int *kprobe, int program)
{
	BW_FD int link = link_program(*kprobe, program);

	if (link < 0 && ioctl(*kprobe, PERF_EVENT_IOC_SET_BPF, program) < 0)
		return -errno;
	if (ioctl(*kprobe, PERF_EVENT_IOC_ENABLE, 0) < 0)
		return -errno;
	if (link >= 0) {
		bw_cleanup_fd(kprobe);
		*kprobe = bw_cleanup_take_fd(&link);
	}
	return 0;
}

int bw_perf_kprobe_missed(int kprobe, uint64_t *missed)
{
	char info[INFO_BYTES] = {0};
	union bpf_attr attr;
	uint32_t type;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)kprobe;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)info;
	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0)
		return -ENOTSUP; /* it is no link */
	memcpy(&type, info + INFO_TYPE, sizeof(type));
	/* The kernel returns the length of its struct: less, before it had the field. */
	if (type != LINK_OF_PERF_EVENT || attr.info.info_len < INFO_MISSED + sizeof(*missed))
		return -ENOTSUP;
	memcpy(missed, info + INFO_MISSED, sizeof(*missed));
	return 0;
}

int bw_perf_kprobe_try(const char *function)
{
	BW_FD int kprobe = bw_perf_kprobe_create(function, false);

	return kprobe < 0 ? kprobe : 0;
}
