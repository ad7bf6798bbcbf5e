/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_object.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/stderr_capture.h"
#include "enforce/pin_dir.h"

static int call(enum bpf_cmd command, union bpf_attr *attr)
{
	int r = (int)syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : r;
}

int bw_pin_object_put(int dir, const char *name, int object)
{
	char path[BW_PIN_DIR_PATH];
	union bpf_attr attr;

	bw_pin_dir_path(dir, name, path);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	attr.bpf_fd = (uint32_t)object;
	return call(BPF_OBJ_PIN, &attr);
}

int bw_pin_object_get(int dir, const char *name)
{
	char path[BW_PIN_DIR_PATH];
	union bpf_attr attr;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	bw_pin_dir_path(dir, name, path);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	return call(BPF_OBJ_GET, &attr);
}

/* Maps, programs and links have other information in the same place. */
static bool is_a(int object, const char *kind)
{
	char path[64], target[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", object);
	return readlink(path, target, sizeof(target) - 1) > 0 && strcmp(target, kind) == 0;
}

static int get_info(int object, void *info, uint32_t size)
{
	union bpf_attr attr;
	int r;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)object;
	attr.info.info_len = size;
	attr.info.info = (uintptr_t)info;
	r = call(BPF_OBJ_GET_INFO_BY_FD, &attr);
	return r < 0 ? r : 0;
}

int bw_pin_object_describe(int object, struct bw_image_map *map)
{
	struct bpf_map_info info = {0};
	int r;

	if (!is_a(object, "anon_inode:bpf-map"))
		return -EBADMSG;
	r = get_info(object, &info, sizeof(info));
	map->type = info.type;
	map->key_size = info.key_size;
	map->value_size = info.value_size;
	map->max_entries = info.max_entries;
	map->flags = info.map_flags;
	return r;
}

int bw_pin_object_program(int object, uint32_t *id)
{
	struct bpf_link_info info = {0};
	/* One name is that of a link that was opened, the other of one that was made. */
	bool is_link = is_a(object, "anon_inode:bpf-link") || is_a(object, "anon_inode:bpf_link");
	int r = is_link ? get_info(object, &info, sizeof(info)) : -EBADMSG;

	*id = info.prog_id;
	return r;
}

bool bw_pin_object_has_program(uint32_t id)
{
	BW_FD int fd = -1;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = call(BPF_PROG_GET_FD_BY_ID, &attr);
	return fd >= 0;
}

static int fill(int map, uint32_t value_size, const char *content, size_t len)
{
	BW_FREE char *value = malloc(value_size);

	if (!value)
		return -ENOMEM;
	for (uint32_t i = 0; (size_t)i * value_size < len; i++) {
		size_t at = (size_t)i * value_size, n = len - at < value_size ? len - at : value_size;

		memset(value, 0, value_size);
		memcpy(value, content + at, n);
		if (bpf_update_elem(map, &i, value, BPF_ANY) < 0)
			return -errno;
	}
	return 0;
}

int bw_pin_object_make_array(const char *name, uint32_t value_size, uint32_t n, uint32_t flags, const void *content,
			     size_t len)
{
	struct bw_stderr_capture capture;
	BW_FREE char *output = NULL;
	BW_FD int map = -1;
	size_t output_len;
	int r;

	bw_stderr_capture_begin(&capture);
	map = bcc_create_map(BPF_MAP_TYPE_ARRAY, name, sizeof(uint32_t), (int)value_size, (int)n, (int)flags);
	r = map < 0 ? -errno : 0;
	bw_stderr_capture_end(&capture, &output, &output_len);
	if (r == 0)
		r = fill(map, value_size, content, len);
	return r < 0 ? r : bw_cleanup_take_fd(&map);
}

int bw_pin_object_read_array(int object, const struct bw_image_map *map, char **content)
{
	char *all = calloc(map->max_entries + 1, map->value_size);

	if (!all)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->max_entries; i++)
		if (bpf_lookup_elem(object, &i, all + (size_t)i * map->value_size) < 0) {
			int error = -errno;

			free(all);
			return error;
		}
	*content = all;
	return 0;
}
