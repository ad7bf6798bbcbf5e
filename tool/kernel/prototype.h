/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's functions and structs, from its BTF, as C declares them. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct btf;

/* "long do_sys_openat2(int dfd, const char *filename)": the function with that number. 0 or -errno. */
int bw_prototype_write(FILE *out, const struct btf *btf, uint32_t function);

/*
 * The structs and unions that the function's parameters are, or point to, with their members, each once. 0 or -errno.
 */
int bw_prototype_expand(FILE *out, const struct btf *btf, uint32_t function);

/*
 * The n-th parameter, from 0 on: as C declares it, written to out, with its name, or the given one where it has none.
 * 0; -ENOENT behind the last; or -errno.
 */
int bw_prototype_parameter(FILE *out, const struct btf *btf, uint32_t function, uint32_t n, const char *unnamed);

/* The parameter's name; "" if it has none; NULL behind the last. Owned by btf. */
const char *bw_prototype_name(const struct btf *btf, uint32_t function, uint32_t n);

/* What kind of value a parameter is, for a program that reads it. */
enum bw_parameter {
	BW_PARAMETER_NUMBER,   /* an integer, bool or enum: its size in bytes and sign beside */
	BW_PARAMETER_TEXT,     /* const char * */
	BW_PARAMETER_FILENAME, /* struct filename *: begins with the pointer to a name */
	BW_PARAMETER_POINTER,
	BW_PARAMETER_WHOLE, /* a struct by value, or ... */
};
enum bw_parameter bw_prototype_kind(const struct btf *btf, uint32_t function, uint32_t n, uint32_t *size,
				    int *is_signed);
