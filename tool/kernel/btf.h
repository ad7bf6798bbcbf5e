/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's BTF: its own types and functions. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;
struct btf_dump;
struct btf_type;

#define BW_BTF_PATH "/sys/kernel/btf/vmlinux"

/*
 * Reads the BTF in the file at path: some megabytes, the caller's, for bw_btf_close. 0 or -errno: -ENOENT if there is
 * no such file, -EINVAL if this libbpf does not understand it.
 */
int bw_btf_open(const char *path, struct btf **btf);
void bw_btf_close(struct btf **btf);

/* The BTF of a module, which goes on where that of the kernel, base, ends, and must be closed before it. As above. */
int bw_btf_open_module(const char *path, struct btf *base, struct btf **btf);

/* The number of a function, by which programs are attached through BTF. 0, or -ENOENT: it has none of that name. */
int bw_btf_function(const struct btf *btf, const char *name, uint32_t *id);

/*
 * The next function of that name that comes behind the number `last`, 0 at first: its number, or 0. Of a module's BTF
 * only its own functions are searched: base is the kernel's BTF then, else NULL.
 */
uint32_t bw_btf_next_function(const struct btf *btf, const struct btf *base, const char *name, uint32_t last);

/* Calls `found` with the number of each function that has one of n names, and the name's index, in one pass. 0 or
 * -ENOMEM. */
int bw_btf_functions(const struct btf *btf, const char *const *names, size_t n,
		     void (*found)(void *cookie, size_t i, uint32_t id), void *cookie);

/* Calls `found` with what follows prefix in each function's name that begins so. 0, or -ENOENT if btf is NULL. */
int bw_btf_each_function(const struct btf *btf, const char *prefix, void (*found)(void *cookie, const char *name),
			 void *cookie);

/* How many parameters the function has. Or -errno, also as above. */
int bw_btf_parameters(const struct btf *btf, const char *name);

/* Is what libbpf returned an error: NULL, or, before libbpf 1.0, an error as a pointer? */
bool bw_btf_is_error(const void *p);

/* A writer of types as C, which passes its text to print; the caller's, for btf_dump__free. NULL: no memory. */
struct btf_dump *bw_btf_dump(const struct btf *btf, void (*print)(void *cookie, const char *format, va_list arguments),
			     void *cookie);

/* The type behind typedefs, const and the like, owned by btf; NULL if there is no such number. */
const struct btf_type *bw_btf_resolve(const struct btf *btf, uint32_t id);
