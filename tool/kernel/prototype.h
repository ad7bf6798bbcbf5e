/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's functions and structs, from its BTF, as C declares them. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct btf;

/* "long do_sys_openat2(int dfd, const char *filename)": the function with that number. 0 or -errno.
 * Control characters come out as \xNN. */
int bw_prototype_write(FILE *out, const struct btf *btf, uint32_t function);

/*
 * The structs and unions that the function's parameters are, or point to, with their members, each once. 0 or -errno.
 */
int bw_prototype_expand(FILE *out, const struct btf *btf, uint32_t function);

/* The parameter's name; "" if it has none; NULL behind the last. Owned by btf. */
const char *bw_prototype_name(const struct btf *btf, uint32_t function, uint32_t n);

/* What kind of value a parameter is, for a program that reads it. */
enum bw_prototype_parameter {
	BW_PARAMETER_NUMBER,   /* an integer, bool or enum: its size in bytes and sign beside */
	BW_PARAMETER_TEXT,     /* const char * */
	BW_PARAMETER_FILENAME, /* struct filename *: begins with the pointer to a name */
	BW_PARAMETER_STRUCT,   /* a pointer to a struct or union */
	BW_PARAMETER_POINTER,  /* any other */
	BW_PARAMETER_WHOLE,    /* a struct by value, or ... */
};
enum bw_prototype_parameter bw_prototype_kind(const struct btf *btf, uint32_t function, uint32_t n, uint32_t *size,
					      int *is_signed);

/*
 * The parameter's type as a program declares it that knows none of the kernel's headers, and what stands before the
 * name: "int ", "const char *", "struct file *"; an enum is a number, a pointer to anything else "void *".
 */
void bw_prototype_type(FILE *out, const struct btf *btf, uint32_t function, uint32_t n);

/* The same of what the function returns. 0; -ENOENT, with nothing written: it returns nothing. */
int bw_prototype_return(FILE *out, const struct btf *btf, uint32_t function);

/* The name of the struct or union that the parameter is, or leads to, and which of the two it is; NULL: none. */
const char *bw_prototype_struct(const struct btf *btf, uint32_t function, uint32_t n, const char **word);
