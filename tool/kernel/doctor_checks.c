/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/doctor_checks.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/btf.h"
#include "kernel/error_injection.h"
#include "kernel/headers.h"
#include "kernel/kallsyms.h"
#include "kernel/lsm.h"
#include "kernel/machine.h"
#include "kernel/perf_kprobe.h"
#include "kernel/tracefs.h"

/* What several findings look at. */
struct facts {
	const char *root;
	char release[128];
	enum bw_machine_distribution_id distribution;
	bool privileged, has_btf;
	enum { SYMBOL_DIRECT, SYMBOL_OVERRIDE, SYMBOL_RINGBUF, SYMBOL_LSM, SYMBOLS } symbols_end;
	bool symbols[SYMBOLS]; /* which of the kernel's parts are there, by a function of each */
};

static void __attribute__((format(printf, 2, 3))) set_text(char text[256], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, 256, format, arguments);
	va_end(arguments);
}

static bool exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return access(full, F_OK) == 0;
}

/* Shortens what a finding says of its impact and remedy. */
static void falls_short(struct bw_doctor_checks_result *f, enum bw_doctor_checks_status status, const char *impact,
			const char *fix)
{
	f->status = status;
	snprintf(f->impact, sizeof(f->impact), "%s", impact);
	snprintf(f->fix, sizeof(f->fix), "%s", fix);
}

static void look_at_kernel(const struct facts *k, struct bw_doctor_checks_result *f)
{
	char name[128];

	bw_machine_line(k->root, "/etc/os-release", "PRETTY_NAME", name, sizeof(name));
	set_text(f->text, "Linux %s%s%s", k->release, *name ? ", " : "", name);
	if (bw_machine_before(k->root, 5, 10))
		falls_short(f, BW_DOCTOR_CHECKS_FAIL, "bccwatch is made for Linux 5.10 and later",
			    "boot Linux 5.10 or later");
}

static void look_at_privileges(const struct facts *k, struct bw_doctor_checks_result *f)
{
	static const struct {
		const char *name;
		int bit;
	} wanted[] = {{"CAP_SYS_ADMIN", 21}, {"CAP_PERFMON", 38}, {"CAP_BPF", 39}};
	uint64_t capabilities = 0;
	size_t used = 0;

	if (bw_machine_capabilities(k->root, &capabilities) < 0) {
		f->status = BW_DOCTOR_CHECKS_UNKNOWN;
		set_text(f->text, "/proc is not there");
		return;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!(capabilities >> wanted[i].bit & 1))
			used += (size_t)snprintf(f->text + used, sizeof(f->text) - used, "%s%s",
						 used ? ", " : "missing: ", wanted[i].name);
	if (used == 0)
		set_text(f->text, "CAP_SYS_ADMIN, CAP_PERFMON and CAP_BPF are there");
	else
		falls_short(f, BW_DOCTOR_CHECKS_FAIL, "nothing can be loaded, and some of what follows is not seen",
			    "sudo bccwatch doctor");
}

static void look_at_lockdown(const struct facts *k, struct bw_doctor_checks_result *f)
{
	char mode[64];

	bw_machine_lockdown(k->root, mode, sizeof(mode));
	if (!*mode && !exists(k->root, "/sys/kernel/security/lsm")) {
		f->status = BW_DOCTOR_CHECKS_UNKNOWN;
		set_text(f->text, "securityfs is not mounted, or not readable");
		return;
	}
	set_text(f->text, "%s", *mode ? mode : "this kernel has none");
	if (strcmp(mode, "confidentiality") == 0)
		falls_short(f, BW_DOCTOR_CHECKS_FAIL,
			    "BPF programs may not read the kernel's memory: neither trace nor block works",
			    "disable Secure Boot, or boot without lockdown=confidentiality");
}

static void look_at_bpf(const struct facts *k, struct bw_doctor_checks_result *f)
{
	long jit = bw_machine_number(k->root, "/proc/sys/net/core/bpf_jit_enable");
	char value[32];

	if (!exists(k->root, "/proc/sys/kernel/unprivileged_bpf_disabled")) {
		set_text(f->text, "bpf(2) is missing");
		falls_short(f, BW_DOCTOR_CHECKS_FAIL, "nothing works", "boot a kernel with CONFIG_BPF_SYSCALL=y");
		return;
	}
	if (jit < 0 && bw_machine_config(k->root, "CONFIG_BPF_JIT_ALWAYS_ON", value, sizeof(value)) == 0 &&
	    *value == 'y')
		jit = 1;
	if (jit < 0)
		set_text(f->text, "supported, JIT not known");
	else
		set_text(f->text, "supported, JIT %s", jit > 0 ? "on" : "off");
	if (jit == 0)
		falls_short(f, BW_DOCTOR_CHECKS_WARN, "programs are interpreted, and neither LSM nor fmod_ret works",
			    "sysctl net.core.bpf_jit_enable=1");
}

static void look_at_kprobes(const struct facts *k, struct bw_doctor_checks_result *f)
{
	if (bw_perf_kprobe_supported(k->root) == 0) {
		set_text(f->text, "available");
		return;
	}
	set_text(f->text, "this kernel has none (CONFIG_KPROBE_EVENTS)");
	falls_short(f, BW_DOCTOR_CHECKS_WARN, "trace falls back to tracepoints, block has no signal and no override",
		    "boot a kernel with CONFIG_KPROBE_EVENTS=y");
}

static void look_at_tracefs(const struct facts *k, struct bw_doctor_checks_result *f)
{
	const char *mount = bw_tracefs_find(k->root);

	if (mount) {
		set_text(f->text, "%s", mount);
		return;
	}
	set_text(f->text, k->privileged ? "not mounted" : "not mounted, or not readable");
	falls_short(f, k->privileged ? BW_DOCTOR_CHECKS_WARN : BW_DOCTOR_CHECKS_UNKNOWN, "no tracepoints",
		    k->privileged ? "mount -t tracefs tracefs /sys/kernel/tracing" : "sudo bccwatch doctor");
}

static void headers_fall_short(const struct facts *k, struct bw_doctor_checks_result *f)
{
	const char *install = bw_headers_package(k->root);

	falls_short(f, k->has_btf ? BW_DOCTOR_CHECKS_WARN : BW_DOCTOR_CHECKS_FAIL,
		    k->has_btf ? "programs that need more than BTF has (macros, inline functions) do not compile"
			       : "nothing compiles",
		    "");
	if (install)
		snprintf(f->fix, sizeof(f->fix), install, k->release); /* NOLINT(clang-diagnostic-format-nonliteral) */
}

static void look_at_headers(const struct facts *k, struct bw_doctor_checks_result *f)
{
	BW_FREE char *path = NULL;
	char release[128];

	if (bw_headers_find(k->root, k->release, &path) == 0) {
		bw_headers_release(k->root, k->release, release, sizeof(release));
		set_text(f->text, "%s%s%s", path, *release ? ", of " : "", release);
		if (*release && strcmp(release, k->release) != 0)
			headers_fall_short(k, f); /* another kernel's */
		return;
	}
	if (exists(k->root, "/sys/kernel/kheaders.tar.xz")) {
		set_text(f->text, "the kernel's own, /sys/kernel/kheaders.tar.xz");
		return;
	}
	set_text(f->text, "none for %s", k->release);
	headers_fall_short(k, f);
}

static void look_at_btf(const struct facts *k, struct bw_doctor_checks_result *f)
{
	char path[PATH_MAX];
	struct stat s;

	snprintf(path, sizeof(path), "%s" BW_BTF_PATH, k->root);
	if (stat(path, &s) == 0) {
		set_text(f->text, BW_BTF_PATH ", %.1f MB", (double)s.st_size / 1e6);
		return;
	}
	set_text(f->text, "none (CONFIG_DEBUG_INFO_BTF)");
	falls_short(f, BW_DOCTOR_CHECKS_WARN, "kernel headers are needed, and neither LSM nor fmod_ret works",
		    "boot a kernel with CONFIG_DEBUG_INFO_BTF=y");
}

/* The command, on this distribution, that adds bpf to the security modules at the next boot. */
static void lsm_command(const struct facts *k, const char *active, char *fix, size_t size)
{
	char modules[160];

	snprintf(modules, sizeof(modules), "lsm=%s%sbpf", active, *active ? "," : "");
	if (k->distribution == BW_DISTRIBUTION_FEDORA)
		snprintf(fix, size, "grubby --update-kernel=ALL --args=%s # and boot", modules);
	else if (k->distribution == BW_DISTRIBUTION_OTHER)
		snprintf(fix, size, "boot with %s", modules);
	else
		snprintf(fix, size, "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&%s /' /etc/default/grub && %s # and boot",
			 modules,
			 k->distribution == BW_DISTRIBUTION_DEBIAN ? "update-grub"
								   : "grub-mkconfig -o /boot/grub/grub.cfg");
}

static void look_at_lsm(const struct facts *k, struct bw_doctor_checks_result *f)
{
	static const char impact[] = "block falls back to fmod_ret";
	char active[128];
	int r = bw_lsm_active(k->root, "bpf");

	if (r == 1) {
		set_text(f->text, "built in, and active");
		return;
	}
	if (!k->symbols[SYMBOL_LSM]) {
		set_text(f->text, "not built in (CONFIG_BPF_LSM)");
		falls_short(f, BW_DOCTOR_CHECKS_WARN, impact, "boot a kernel with CONFIG_BPF_LSM=y");
		return;
	}
	if (r < 0) {
		f->status = BW_DOCTOR_CHECKS_UNKNOWN;
		set_text(f->text, "built in; active: could not be determined: " BW_LSM_LIST);
		return;
	}
	bw_machine_line(k->root, BW_LSM_LIST, NULL, active, sizeof(active));
	set_text(f->text, "built in, and not active: the modules are %s", active);
	falls_short(f, BW_DOCTOR_CHECKS_WARN, impact, "");
	lsm_command(k, active, f->fix, sizeof(f->fix));
}

static void look_at_fmod_ret(const struct facts *k, struct bw_doctor_checks_result *f)
{
	if (k->has_btf && k->symbols[SYMBOL_DIRECT]) {
		set_text(f->text, "BTF and direct calls are there");
		return;
	}
	set_text(f->text,
		 k->has_btf ? "no direct calls of ftrace (CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)" : "no BTF");
	falls_short(f, BW_DOCTOR_CHECKS_WARN, "without a BPF LSM, block can kill and not refuse",
		    k->has_btf ? "boot a kernel with CONFIG_FUNCTION_TRACER=y and CONFIG_DYNAMIC_FTRACE=y"
			       : "boot a kernel with CONFIG_DEBUG_INFO_BTF=y");
}

static void look_at_override(const struct facts *k, struct bw_doctor_checks_result *f)
{
	if (k->symbols[SYMBOL_OVERRIDE]) {
		set_text(f->text, "bpf_override_return is there");
		return;
	}
	set_text(f->text, "this kernel has no bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE)");
	falls_short(f, BW_DOCTOR_CHECKS_WARN,
		    "programs that call it are not loaded; block does not need it where LSM or fmod_ret works",
		    "boot a kernel with CONFIG_BPF_KPROBE_OVERRIDE=y");
}

static void look_at_ring_buffer(const struct facts *k, struct bw_doctor_checks_result *f)
{
	if (k->symbols[SYMBOL_RINGBUF]) {
		set_text(f->text, "available");
		return;
	}
	set_text(f->text, "this kernel has none");
	falls_short(f, BW_DOCTOR_CHECKS_WARN, "programs with BPF_RINGBUF_OUTPUT are not loaded",
		    "boot Linux 5.8 or later");
}

static void look_at_limits(const struct facts *k, struct bw_doctor_checks_result *f)
{
	long paranoid = bw_machine_number(k->root, "/proc/sys/kernel/perf_event_paranoid");
	struct rlimit limit = {0};
	char memory[32] = "unlimited";

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur != RLIM_INFINITY)
		snprintf(memory, sizeof(memory), "%llu KB", (unsigned long long)limit.rlim_cur / 1024);
	set_text(f->text, "perf_event_paranoid %ld, RLIMIT_MEMLOCK %s", paranoid, memory); /* root passes both */
}

static const struct {
	const char *name;
	void (*look)(const struct facts *facts, struct bw_doctor_checks_result *finding);
} parts[] = {
	{"kernel", look_at_kernel},
	{"privileges", look_at_privileges},
	{"lockdown", look_at_lockdown},
	{"BPF", look_at_bpf},
	{"kprobes", look_at_kprobes},
	{"tracefs", look_at_tracefs},
	{"kernel headers", look_at_headers},
	{"BTF", look_at_btf},
	{"BPF LSM", look_at_lsm},
	{"fmod_ret", look_at_fmod_ret},
	{"override", look_at_override},
	{"ring buffer", look_at_ring_buffer},
	{"limits", look_at_limits},
};

static void note_symbol(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol)
{
	struct facts *k = cookie;

	(void)symbol;
	k->symbols[i] = true;
}

void bw_doctor_checks_run(const char *root, void (*found)(void *cookie, const struct bw_doctor_checks_result *finding),
			  void *cookie)
{
	static const char *const names[SYMBOLS] = {[SYMBOL_DIRECT] = "register_ftrace_direct",
						   [SYMBOL_OVERRIDE] = "bpf_override_return",
						   [SYMBOL_RINGBUF] = "bpf_ringbuf_output",
						   [SYMBOL_LSM] = "bpf_lsm_file_open"};
	struct facts k = {.root = root, .distribution = bw_machine_distribution(root)};
	uint64_t capabilities = 0;

	bw_machine_release(root, k.release, sizeof(k.release));
	k.privileged = bw_machine_capabilities(root, &capabilities) == 0 && capabilities >> 21 & 1;
	k.has_btf = exists(root, BW_BTF_PATH);
	bw_kallsyms_find(root, names, SYMBOLS, note_symbol, &k);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		struct bw_doctor_checks_result f = {.status = BW_DOCTOR_CHECKS_OK, .name = parts[i].name};

		parts[i].look(&k, &f);
		found(cookie, &f);
	}
}
