/* SPDX-License-Identifier: Apache-2.0 */
#include "output/flag_names.h"

#include <stdbool.h>
#include <string.h>

#include "base/out.h"
#include "bpf_src/trace/event.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* What several bits mean together stands before what they mean alone. */
struct name {
	uint32_t bits;
	const char *name;
};

/* The kernel's numbers on x86-64: those of the C library differ for some. */
static const struct name open_names[] = {
	{0100, "O_CREAT"},	 {0200, "O_EXCL"},	  {0400, "O_NOCTTY"},	    {01000, "O_TRUNC"},
	{02000, "O_APPEND"},	 {04000, "O_NONBLOCK"},	  {04010000, "O_SYNC"},	    {010000, "O_DSYNC"},
	{020000, "O_ASYNC"},	 {040000, "O_DIRECT"},	  {020200000, "O_TMPFILE"}, {0200000, "O_DIRECTORY"},
	{0400000, "O_NOFOLLOW"}, {01000000, "O_NOATIME"}, {02000000, "O_CLOEXEC"},  {010000000, "O_PATH"},
};

enum { ACCESS_MODE = 03, LARGE_FILE = 0100000, FOR_EXEC = 040 };

static const struct name rename_names[] = {
	{1, "RENAME_NOREPLACE"},
	{2, "RENAME_EXCHANGE"},
	{4, "RENAME_WHITEOUT"},
};

static const struct name fallocate_names[] = {
	{0x01, "FALLOC_FL_KEEP_SIZE"},	    {0x02, "FALLOC_FL_PUNCH_HOLE"},   {0x04, "FALLOC_FL_NO_HIDE_STALE"},
	{0x08, "FALLOC_FL_COLLAPSE_RANGE"}, {0x10, "FALLOC_FL_ZERO_RANGE"},   {0x20, "FALLOC_FL_INSERT_RANGE"},
	{0x40, "FALLOC_FL_UNSHARE_RANGE"},  {0x80, "FALLOC_FL_WRITE_ZEROES"},
};

static const struct name mmap_names[] = {
	{1, "PROT_READ"},
	{2, "PROT_WRITE"},
	{4, "PROT_EXEC"},
	{8, "PROT_SEM"},
	{3 << FLAGS_MAP_SHIFT, "MAP_SHARED_VALIDATE"},
	{1 << FLAGS_MAP_SHIFT, "MAP_SHARED"},
	{2 << FLAGS_MAP_SHIFT, "MAP_PRIVATE"},
};

enum { PROTECTION = (1 << FLAGS_MAP_SHIFT) - 1 };

static size_t put_hex(char *dst, uint32_t bits)
{
	static const char digits[] = "0123456789abcdef";
	int shift = 28;
	size_t len = bw_out_text(dst, "0x");

	while (shift > 0 && bits >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		dst[len++] = digits[bits >> shift & 15];
	return len;
}

/* The names of the bits behind `len` bytes that stand there already, and what is left in hex. */
static size_t put_names(char *dst, size_t len, uint32_t bits, const struct name *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if ((bits & names[i].bits) != names[i].bits)
			continue;
		bits &= ~names[i].bits;
		if (len)
			dst[len++] = '|';
		len += bw_out_text(dst + len, names[i].name);
	}
	if (bits && len)
		dst[len++] = '|';
	if (bits)
		len += put_hex(dst + len, bits);
	if (!len)
		dst[len++] = '0';
	return len;
}

size_t bw_flag_names_open(char *dst, uint32_t flags)
{
	static const char *const modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
	size_t len = bw_out_text(dst, modes[flags & ACCESS_MODE]);

	/* The kernel's own mark of an open for execve(2) is no flag of a call. */
	flags &= ~(uint32_t)(ACCESS_MODE | LARGE_FILE | FOR_EXEC);
	return put_names(dst, len, flags, open_names, LENGTH(open_names));
}

size_t bw_flag_names_rename(char *dst, uint32_t flags)
{
	return put_names(dst, 0, flags, rename_names, LENGTH(rename_names));
}

size_t bw_flag_names_fallocate(char *dst, uint32_t flags)
{
	return put_names(dst, 0, flags, fallocate_names, LENGTH(fallocate_names));
}

size_t bw_flag_names_mmap(char *dst, uint32_t flags)
{
	size_t len = flags & PROTECTION ? 0 : bw_out_text(dst, "PROT_NONE");

	return put_names(dst, len, flags, mmap_names, LENGTH(mmap_names));
}

/* A kind by its number. */
static size_t put_kind(char *dst, uint32_t kind, const char *const *kinds, size_t n)
{
	return kind < n ? bw_out_text(dst, kinds[kind]) : bw_out_u64(dst, kind);
}

size_t bw_flag_names_op(char *dst, uint64_t op, uint32_t flags)
{
	static const char *const deletes[] = {[DELETE_FILE] = "unlink", [DELETE_DIRECTORY] = "rmdir"};
	static const char *const links[] = {[LINK_HARD] = "hard", [LINK_SYMBOLIC] = "symbolic"};
	static const char *const attributes[] = {[ATTR_KIND_MODE] = "mode",
						 [ATTR_KIND_OWNER] = "owner",
						 [ATTR_KIND_TIMES] = "times",
						 [ATTR_KIND_XATTR] = "xattr",
						 [ATTR_KIND_FLAGS] = "flags"};
	static const char *const stats[] = {
		[STAT_STAT] = "stat", [STAT_ACCESS] = "access", [STAT_READLINK] = "readlink"};

	switch (op) {
	case OP_OPEN:
		return bw_flag_names_open(dst, flags);
	case OP_RENAME:
		return bw_flag_names_rename(dst, flags);
	case OP_FALLOCATE:
		return bw_flag_names_fallocate(dst, flags);
	case OP_MMAP:
		return bw_flag_names_mmap(dst, flags);
	case OP_DELETE:
		return put_kind(dst, flags, deletes, LENGTH(deletes));
	case OP_LINK:
		return put_kind(dst, flags, links, LENGTH(links));
	case OP_ATTR:
		return put_kind(dst, flags, attributes, LENGTH(attributes));
	case OP_STAT:
		return put_kind(dst, flags, stats, LENGTH(stats));
	default:
		return put_names(dst, 0, flags, NULL, 0);
	}
}

void bw_flag_names_mode(char *dst, uint32_t mode)
{
	static const char letters[] = "rwxrwxrwx", special[] = "sst";

	for (unsigned i = 0; i < BW_FLAG_NAMES_MODE_LEN; i++)
		dst[i] = mode & (0400U >> i) ? letters[i] : '-';
	for (unsigned i = 0; i < 3; i++) {
		char *x = &dst[3 * i + 2];

		/* In upper case where nobody may execute it. */
		if (mode & (04000U >> i))
			*x = (char)(*x == 'x' ? special[i] : special[i] - 'a' + 'A');
	}
}

const char *bw_flag_names_type(uint32_t mode)
{
	static const char *const types[16] = {[1] = "fifo", [2] = "char",     [4] = "directory", [6] = "block",
					      [8] = "file", [10] = "symlink", [12] = "socket"};

	return types[mode >> 12 & 15];
}

/* Of x86-64, by number. (The C library's strerrorname_np is younger than Debian 11.) */
static const char *const errors[] = {
	[1] = "EPERM",
	[2] = "ENOENT",
	[3] = "ESRCH",
	[4] = "EINTR",
	[5] = "EIO",
	[6] = "ENXIO",
	[7] = "E2BIG",
	[8] = "ENOEXEC",
	[9] = "EBADF",
	[10] = "ECHILD",
	[11] = "EAGAIN",
	[12] = "ENOMEM",
	[13] = "EACCES",
	[14] = "EFAULT",
	[15] = "ENOTBLK",
	[16] = "EBUSY",
	[17] = "EEXIST",
	[18] = "EXDEV",
	[19] = "ENODEV",
	[20] = "ENOTDIR",
	[21] = "EISDIR",
	[22] = "EINVAL",
	[23] = "ENFILE",
	[24] = "EMFILE",
	[25] = "ENOTTY",
	[26] = "ETXTBSY",
	[27] = "EFBIG",
	[28] = "ENOSPC",
	[29] = "ESPIPE",
	[30] = "EROFS",
	[31] = "EMLINK",
	[32] = "EPIPE",
	[33] = "EDOM",
	[34] = "ERANGE",
	[35] = "EDEADLK",
	[36] = "ENAMETOOLONG",
	[37] = "ENOLCK",
	[38] = "ENOSYS",
	[39] = "ENOTEMPTY",
	[40] = "ELOOP",
	[42] = "ENOMSG",
	[43] = "EIDRM",
	[44] = "ECHRNG",
	[45] = "EL2NSYNC",
	[46] = "EL3HLT",
	[47] = "EL3RST",
	[48] = "ELNRNG",
	[49] = "EUNATCH",
	[50] = "ENOCSI",
	[51] = "EL2HLT",
	[52] = "EBADE",
	[53] = "EBADR",
	[54] = "EXFULL",
	[55] = "ENOANO",
	[56] = "EBADRQC",
	[57] = "EBADSLT",
	[59] = "EBFONT",
	[60] = "ENOSTR",
	[61] = "ENODATA",
	[62] = "ETIME",
	[63] = "ENOSR",
	[64] = "ENONET",
	[65] = "ENOPKG",
	[66] = "EREMOTE",
	[67] = "ENOLINK",
	[68] = "EADV",
	[69] = "ESRMNT",
	[70] = "ECOMM",
	[71] = "EPROTO",
	[72] = "EMULTIHOP",
	[73] = "EDOTDOT",
	[74] = "EBADMSG",
	[75] = "EOVERFLOW",
	[76] = "ENOTUNIQ",
	[77] = "EBADFD",
	[78] = "EREMCHG",
	[79] = "ELIBACC",
	[80] = "ELIBBAD",
	[81] = "ELIBSCN",
	[82] = "ELIBMAX",
	[83] = "ELIBEXEC",
	[84] = "EILSEQ",
	[85] = "ERESTART",
	[86] = "ESTRPIPE",
	[87] = "EUSERS",
	[88] = "ENOTSOCK",
	[89] = "EDESTADDRREQ",
	[90] = "EMSGSIZE",
	[91] = "EPROTOTYPE",
	[92] = "ENOPROTOOPT",
	[93] = "EPROTONOSUPPORT",
	[94] = "ESOCKTNOSUPPORT",
	[95] = "EOPNOTSUPP",
	[96] = "EPFNOSUPPORT",
	[97] = "EAFNOSUPPORT",
	[98] = "EADDRINUSE",
	[99] = "EADDRNOTAVAIL",
	[100] = "ENETDOWN",
	[101] = "ENETUNREACH",
	[102] = "ENETRESET",
	[103] = "ECONNABORTED",
	[104] = "ECONNRESET",
	[105] = "ENOBUFS",
	[106] = "EISCONN",
	[107] = "ENOTCONN",
	[108] = "ESHUTDOWN",
	[109] = "ETOOMANYREFS",
	[110] = "ETIMEDOUT",
	[111] = "ECONNREFUSED",
	[112] = "EHOSTDOWN",
	[113] = "EHOSTUNREACH",
	[114] = "EALREADY",
	[115] = "EINPROGRESS",
	[116] = "ESTALE",
	[117] = "EUCLEAN",
	[118] = "ENOTNAM",
	[119] = "ENAVAIL",
	[120] = "EISNAM",
	[121] = "EREMOTEIO",
	[122] = "EDQUOT",
	[123] = "ENOMEDIUM",
	[124] = "EMEDIUMTYPE",
	[125] = "ECANCELED",
	[126] = "ENOKEY",
	[127] = "EKEYEXPIRED",
	[128] = "EKEYREVOKED",
	[129] = "EKEYREJECTED",
	[130] = "EOWNERDEAD",
	[131] = "ENOTRECOVERABLE",
	[132] = "ERFKILL",
	[133] = "EHWPOISON",
};

enum { KERNEL_ERRORS = 512 };

/* What the kernel's functions return to each other, from KERNEL_ERRORS on; no call returns it to a program. */
static const char *const kernel_errors[] = {
	[0] = "ERESTARTSYS",
	[1] = "ERESTARTNOINTR",
	[2] = "ERESTARTNOHAND",
	[3] = "ENOIOCTLCMD",
	[4] = "ERESTART_RESTARTBLOCK",
	[5] = "EPROBE_DEFER",
	[6] = "EOPENSTALE",
	[7] = "ENOPARAM",
	[9] = "EBADHANDLE",
	[10] = "ENOTSYNC",
	[11] = "EBADCOOKIE",
	[12] = "ENOTSUPP",
	[13] = "ETOOSMALL",
	[14] = "ESERVERFAULT",
	[15] = "EBADTYPE",
	[16] = "EJUKEBOX",
	[17] = "EIOCBQUEUED",
	[18] = "ERECALLCONFLICT",
	[19] = "ENOGRACE",
};

const char *bw_flag_names_error(uint64_t error)
{
	if (error < LENGTH(errors))
		return errors[error];
	error -= KERNEL_ERRORS;
	return error < LENGTH(kernel_errors) ? kernel_errors[error] : NULL;
}

int bw_flag_names_error_of(const char *name)
{
	for (size_t i = 0; i < LENGTH(errors); i++)
		if (errors[i] && strcasecmp(name, errors[i]) == 0)
			return (int)i;
	if (strcasecmp(name, "EWOULDBLOCK") == 0)
		return 11;
	if (strcasecmp(name, "EDEADLOCK") == 0)
		return 35;
	return strcasecmp(name, "ENOTSUP") == 0 ? 95 : 0;
}
