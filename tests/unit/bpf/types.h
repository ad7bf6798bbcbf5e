/* SPDX-License-Identifier: Apache-2.0 */
/* The types of the events in tests, which clang compiles for BPF too: so their layouts are known. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef short s16;
typedef char name_t[16];

struct open_event {
	u64 ts;
	u32 pid;
	name_t comm;
	char fname[32] __attribute__((aligned(8)));
};

struct tried_event {
	u32 pid;
	char comm[16], operation[12], outcome[24], fname[64];
};

struct block_event {
	u64 ts;
	u32 pid;
	name_t comm;
	char outcome[24];
	u32 uid;
	char fname[32] __attribute__((aligned(8)));
};

enum mood { CALM = -1, ANGRY = 3 };

struct every_type {
	char c;
	signed char sc;
	unsigned char uc;
	_Bool b;
	short s;
	unsigned short us;
	int i;
	unsigned ui;
	long l;
	unsigned long ul;
	long long ll;
	unsigned long long ull;
	unsigned __int128 wide;
	enum mood mood;
	const volatile int a[3];
	u8 one[1];
	char t[4];
	void *p;
	int (*f)(void);
} __attribute__((packed));

struct nested {
	u32 pid;
	struct {
		s16 x;
		char n[2];
	} in[2];
	union {
		u32 u;
		u8 b[4];
	};
	struct {
		const char *q;
	} deep;
};

struct dimensions {
	u16 grid[2][3];
	char names[2][4];
	u32 none[0][2];
	u8 many[1][1][1][1][2][2];
	char tail[];
};

struct bits {
	u32 a : 1;
	int b : 3;
	u32 : 2;
	u64 c : 40;
	_Bool d : 1;
	u8 e;
};

struct __attribute__((packed)) across {
	u8 a : 4;
	u32 b : 31;
	u32 c;
};

struct aligned {
	u8 a;
	u32 b;
	u8 c;
};

struct huge {
	char c[70000];
};

typedef u32 number;

/* An event of bpf_src/trace.c, and one that was changed by who learns. */
struct text_place {
	u16 at, len;
};

struct file_event {
	u64 ts;
	u32 pid;
	char comm[16];
	u8 op;
	u32 marks;
	long long result;
	u32 flags, mode;
	long long bytes, offset;
	u64 latency;
	u32 tid, uid, ppid;
	char pcomm[16];
	u64 ino;
	u32 dev;
	u16 type;
	u64 cgroup;
	u32 mnt_ns, pid_ns;
	struct text_place filename, path, to_filename, to, exe;
	char texts[1024];
};

struct learner_event {
	u32 pid;
	u8 op, nice;
	s16 result;
	char path[16];
	u8 uid[2];
	struct {
		u32 x;
	} created;
};

struct open_texts {
	u32 pid;
	struct text_place filename;
	char texts[];
};

struct all {
	struct open_event open_event;
	struct every_type every_type;
	struct nested nested;
	struct bits bits;
	struct across across;
	struct aligned aligned;
	struct huge huge;
	number number;
	struct file_event file_event;
	struct learner_event learner_event;
};
