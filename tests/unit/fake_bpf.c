/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_bpf.h"

#include <bcc/bcc_version.h>
#include <bcc/libbpf.h>
#include <bcc/perf_reader.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct fake_map maps[FAKE_MAPS];

struct fake_reader fake_readers[FAKE_READERS];
unsigned fake_n_readers;
void (*fake_reader_read)(struct fake_reader *reader);
int fake_reader_error;

static bool is_array(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH;
}

static struct fake_map *new_map(const struct bw_image_map *of, uint32_t cpus)
{
	struct fake_map *m = maps;

	while (m < maps + FAKE_MAPS && m->keys)
		m++;
	assert_true(m < maps + FAKE_MAPS);
	*m = (struct fake_map){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
			       .is_array = is_array(of->type),
			       .holds_descriptors = of->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY,
			       .key_size = of->key_size,
			       .value_size =
				       is_per_cpu(of->type) ? (of->value_size + 7) / 8 * 8 * cpus : of->value_size,
			       .max_entries = of->max_entries};
	assert_true(m->fd >= 0);
	m->keys = calloc(m->max_entries + 1, m->key_size + 1);
	m->values = calloc(m->max_entries + 1, m->value_size + 1);
	assert_true(m->keys && m->values);
	for (uint32_t i = 0; m->is_array && i < m->max_entries; i++)
		memcpy(m->keys + (size_t)i * m->key_size, &i, sizeof(i));
	m->n = m->is_array ? m->max_entries : 0;
	return m;
}

void fake_load(struct fake *f, struct bw_image_map *image_maps, uint32_t n, uint32_t cpus)
{
	*f = (struct fake){.image = {.maps = image_maps, .n_maps = n}};
	f->loaded = (struct bw_loaded){.maps = f->fds, .image = &f->image, .cpus = cpus};
	for (uint32_t i = 0; i < n; i++)
		f->fds[i] = new_map(&image_maps[i], cpus)->fd;
}

static struct fake_map *map_of(int fd)
{
	for (size_t i = 0; i < FAKE_MAPS; i++)
		if (maps[i].keys && maps[i].fd == fd)
			return &maps[i];
	errno = EBADF;
	return NULL;
}

void fake_unload(struct fake *f)
{
	for (uint32_t i = 0; i < f->image.n_maps; i++) {
		struct fake_map *m = map_of(f->fds[i]);

		assert_non_null(m);
		close(m->fd);
		free(m->keys);
		free(m->values);
		*m = (struct fake_map){0};
	}
}

struct fake_map *fake_map(const struct fake *f, const char *name)
{
	int i = bw_image_find_map(&f->image, name);

	assert_true(i >= 0);
	return map_of(f->fds[i]);
}

/* The number of the key in the map; n: it has none. */
static uint32_t place_of(const struct fake_map *m, const void *key)
{
	uint32_t i = 0;

	while (i < m->n && memcmp(m->keys + (size_t)i * m->key_size, key, m->key_size) != 0)
		i++;
	return i;
}

void *fake_value(const struct fake_map *m, const void *key)
{
	uint32_t i = place_of(m, key);

	return i < m->n ? m->values + (size_t)i * m->value_size : NULL;
}

void fake_put(const struct fake_map *m, const void *key, const void *value)
{
	assert_int_equal(bpf_update_elem(m->fd, (void *)key, (void *)value, BPF_ANY), 0);
}

static int with_errno(int error)
{
	errno = error;
	return -1;
}

int bpf_update_elem(int fd, void *key, void *value, unsigned long long flags)
{
	struct fake_map *m = map_of(fd);
	uint32_t i;

	(void)flags;
	if (!m || m->error)
		return with_errno(m ? m->error : EBADF);
	i = place_of(m, key);
	if (i == m->n && (m->is_array || m->n == m->max_entries))
		return with_errno(E2BIG);
	if (i == m->n)
		memcpy(m->keys + (size_t)m->n++ * m->key_size, key, m->key_size);
	memcpy(m->values + (size_t)i * m->value_size, value, m->value_size);
	return 0;
}

int bpf_lookup_elem(int fd, void *key, void *value)
{
	struct fake_map *m = map_of(fd);
	const void *found;

	if (!m || m->error)
		return with_errno(m ? m->error : EBADF);
	if (m->looked_up)
		m->looked_up(m);
	found = fake_value(m, key);
	if (!found)
		return with_errno(ENOENT);
	memcpy(value, found, m->value_size);
	return 0;
}

int bpf_delete_elem(int fd, void *key)
{
	struct fake_map *m = map_of(fd);
	uint32_t i = m ? place_of(m, key) : 0;

	if (!m)
		return with_errno(EBADF);
	if (m->is_array && !m->holds_descriptors)
		return with_errno(EINVAL);
	if (m->is_array)
		return i < m->n ? bpf_update_elem(fd, key, &(int){-1}, BPF_ANY) : with_errno(ENOENT);
	if (i == m->n)
		return with_errno(ENOENT);
	m->n--;
	memmove(m->keys + (size_t)i * m->key_size, m->keys + (size_t)(i + 1) * m->key_size,
		(size_t)(m->n - i) * m->key_size);
	memmove(m->values + (size_t)i * m->value_size, m->values + (size_t)(i + 1) * m->value_size,
		(size_t)(m->n - i) * m->value_size);
	return 0;
}

/* As the kernel: an unknown key begins anew. */
int bpf_get_next_key(int fd, void *key, void *next_key)
{
	const struct fake_map *m = map_of(fd);
	uint32_t i;

	if (!m || m->error)
		return with_errno(m ? m->error : EBADF);
	i = key ? place_of(m, key) : m->n;
	i = i == m->n ? 0 : i + 1;
	if (i >= m->n)
		return with_errno(ENOENT);
	memcpy(next_key, m->keys + (size_t)i * m->key_size, m->key_size);
	return 0;
}

static struct fake_reader *new_reader(void)
{
	struct fake_reader *r = &fake_readers[fake_n_readers];

	if (fake_reader_error) {
		errno = fake_reader_error;
		return NULL;
	}
	assert_true(fake_n_readers < FAKE_READERS);
	fake_n_readers++;
	*r = (struct fake_reader){.is_open = true, .fd = -1, .read = fake_reader_read};
	return r;
}

static void *open_perf(perf_reader_raw_cb raw_cb, perf_reader_lost_cb lost_cb, void *cookie, int pages, int cpu)
{
	struct fake_reader *r = new_reader();

	if (!r)
		return NULL;
	r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->sample = raw_cb;
	r->lost = lost_cb;
	r->cookie = cookie;
	r->pages = pages;
	r->cpu = cpu;
	return r;
}

void *bpf_open_perf_buffer(perf_reader_raw_cb raw_cb, perf_reader_lost_cb lost_cb, void *cb_cookie, int pid, int cpu,
			   int page_cnt)
{
	(void)pid;
	return open_perf(raw_cb, lost_cb, cb_cookie, page_cnt, cpu);
}

#ifdef LIBBCC_VERSION_GEQ /* libbcc 0.25 */
void *bpf_open_perf_buffer_opts(perf_reader_raw_cb raw_cb, perf_reader_lost_cb lost_cb, void *cb_cookie, int page_cnt,
				struct bcc_perf_buffer_opts *opts)
{
	return open_perf(raw_cb, lost_cb, cb_cookie, page_cnt, opts->cpu);
}
#endif

int perf_reader_fd(struct perf_reader *reader)
{
	return ((const struct fake_reader *)(void *)reader)->fd;
}

void perf_reader_event_read(struct perf_reader *reader)
{
	struct fake_reader *r = (void *)reader;

	if (r->read)
		r->read(r);
}

static void close_reader(struct fake_reader *r)
{
	assert_true(r->is_open);
	r->is_open = false;
	if (r->fd >= 0)
		close(r->fd);
}

void perf_reader_free(void *ptr)
{
	close_reader(ptr);
}

void *bpf_new_ringbuf(int map_fd, ring_buffer_sample_fn sample_cb, void *ctx)
{
	struct fake_reader *r = new_reader();

	if (!r)
		return NULL;
	r->is_ring = true;
	r->map = map_fd;
	r->ring_sample = sample_cb;
	r->cookie = ctx;
	return r;
}

int bpf_consume_ringbuf(struct ring_buffer *rb)
{
	struct fake_reader *r = (void *)rb;

	if (r->read)
		r->read(r);
	return 0;
}

void bpf_free_ringbuf(struct ring_buffer *rb)
{
	close_reader((void *)rb);
}

struct fake_program fake_programs[FAKE_PROGRAMS];
unsigned fake_n_programs;
int fake_program_error;

int bcc_create_map(enum bpf_map_type map_type, const char *name, int key_size, int value_size, int max_entries,
		   int map_flags)
{
	const struct bw_image_map map = {.name = name,
					 .type = map_type,
					 .key_size = (uint32_t)key_size,
					 .value_size = (uint32_t)value_size,
					 .max_entries = (uint32_t)max_entries,
					 .flags = (uint32_t)map_flags};

	return max_entries == 0 ? with_errno(EINVAL) : new_map(&map, 1)->fd;
}

void fake_free_map(int fd)
{
	struct fake_map *m = map_of(fd);

	assert_non_null(m);
	free(m->keys);
	free(m->values);
	*m = (struct fake_map){0};
}

struct fake_map *fake_map_of(int fd)
{
	return map_of(fd);
}

/* NOLINTBEGIN(readability-non-const-parameter): as libbcc declares them */
int bcc_prog_load(enum bpf_prog_type prog_type, const char *name, const struct bpf_insn *insns, int prog_len,
		  const char *license, unsigned kern_version, int log_level, char *log_buf, unsigned log_buf_size)
{
	struct fake_program *p = &fake_programs[fake_n_programs];

	(void)license;
	(void)kern_version;
	(void)log_level;
	(void)log_buf;
	(void)log_buf_size;
	if (fake_program_error) {
		fprintf(stderr, "0: (b7) r0 = 0\n; return x; @ main.c:3\nR1 is no good\n");
		return with_errno(fake_program_error);
	}
	assert_true(fake_n_programs < FAKE_PROGRAMS && (size_t)prog_len <= sizeof(p->insns));
	fake_n_programs++;
	*p = (struct fake_program){.fd = eventfd(0, EFD_CLOEXEC), .type = prog_type, .bytes = prog_len};
	snprintf(p->name, sizeof(p->name), "%s", name);
	memcpy(p->insns, insns, (size_t)prog_len);
	return p->fd;
}

/* struct bpf_prog_info, of which the misses alone are known. */
int bpf_obj_get_info(int prog_map_fd, void *info, uint32_t *info_len)
{
	enum { MISSES_AT = 208 };

	for (unsigned i = 0; i < fake_n_programs; i++)
		if (fake_programs[i].fd == prog_map_fd) {
			assert_true(*info_len >= MISSES_AT + sizeof(uint64_t));
			memcpy((char *)info + MISSES_AT, &fake_programs[i].misses, sizeof(uint64_t));
			return 0;
		}
	return with_errno(EBADF);
}
/* NOLINTEND(readability-non-const-parameter) */
