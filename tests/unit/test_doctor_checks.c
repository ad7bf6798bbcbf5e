/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported of machines, of the facts of real kernels (tests/fixtures/facts.sh) and of made ones. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "kernel/doctor_checks.h"
#include "tests/unit/facts.h"
#include "tests/unit/root.h"
#include "tests/unit/small_kernel.h"

static void note_finding(void *cookie, const struct bw_doctor_checks_result *f)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s %d %s\n", f->name, f->status, f->fix);
}

/* All findings of the root, a line each: "NAME STATUS FIX". */
static const char *findings(void)
{
	static char text[8192];

	*text = '\0';
	bw_doctor_checks_run(root, note_finding, text);
	return text;
}

static void put_machine(const char *distribution)
{
	put_kernel();
	put("/proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
	put("/etc/os-release", distribution);
	put("/sys/kernel/security/lsm", "lockdown,capability,yama\n");
}

static void a_kernel_without_btf_and_headers_is_found_wanting(void **state)
{
	const char *text;

	(void)state;
	put_machine("ID=debian\nPRETTY_NAME=\"Debian 12\"\n");
	put("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	text = findings();
	assert_non_null(strstr(text, "privileges 0 \n"));
	assert_non_null(strstr(text, "lockdown 0 \n"));
	assert_non_null(strstr(text, "kernel headers 2 apt install linux-headers-6.1.0-9-amd64\n"));
	assert_non_null(strstr(text, "BPF LSM 1 boot a kernel with CONFIG_BPF_LSM=y\n"));
}

static void put_capable_machine(const char *distribution)
{
	put_machine(distribution);
	put("/sys/kernel/btf/vmlinux", "");
	put("/proc/kallsyms", "0 T bpf_lsm_file_open\n0 T register_ftrace_direct\n0 T bpf_ringbuf_output\n");
	put("/proc/self/status", "CapEff:\t0000000000000000\n");
}

static void each_finding_has_the_command_of_the_distribution(void **state)
{
	const char *text;

	(void)state;
	put_capable_machine("ID=debian\nPRETTY_NAME=\"Debian 12\"\n");
	text = findings();
	assert_non_null(strstr(text, "privileges 2 sudo bccwatch doctor\n"));
	assert_non_null(strstr(text, "kernel headers 1 apt"));
	assert_non_null(
		strstr(text, "lsm=lockdown,capability,yama,bpf /' /etc/default/grub && update-grub # and boot\n"));
	assert_non_null(strstr(text, "fmod_ret 0 \n"));
	put_capable_machine("ID=fedora\n");
	text = findings();
	assert_non_null(strstr(text, "kernel headers 1 dnf install kernel-devel-6.1.0-9-amd64\n"));
	assert_non_null(
		strstr(text, "grubby --update-kernel=ALL --args=lsm=lockdown,capability,yama,bpf # and boot\n"));
	put_capable_machine("ID=arch\n");
	text = findings();
	assert_non_null(strstr(text, "kernel headers 1 pacman -S linux-headers # 6.1.0-9-amd64\n"));
	assert_non_null(strstr(text, "/etc/default/grub && grub-mkconfig -o /boot/grub/grub.cfg # and boot\n"));
	put("/sys/kernel/security/lsm", "lockdown,bpf\n");
	assert_non_null(strstr(findings(), "BPF LSM 0 \n"));
}

static void write_finding(void *cookie, const struct bw_doctor_checks_result *f)
{
	static const char marks[] = "+-!?";

	fprintf(cookie, "%c %s: %s\n", marks[f->status], f->name, f->text);
	if (*f->impact)
		fprintf(cookie, "  %s\n", f->impact);
	if (*f->fix)
		fprintf(cookie, "  %s\n", f->fix);
	if ((f->status == BW_DOCTOR_CHECKS_WARN || f->status == BW_DOCTOR_CHECKS_FAIL) && !*f->impact)
		fail_msg("%s: its impact is not reported", f->name);
}

/* The limits are this process's. */
static void drop_limits(char *text)
{
	char *at = strstr(text, "+ limits:");

	if (at)
		*at = '\0';
}

static void compare_findings(const char *kernel, const char *truth)
{
	BW_FREE char *text = NULL, *kept = NULL;
	char path[256];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)truth;
	bw_doctor_checks_run(root, write_finding, out);
	fclose(out);
	drop_limits(text);
	snprintf(path, sizeof(path), "tests/fixtures/findings/%s", kernel);
	if (getenv("KEEP")) {
		out = fopen(path, "we");
		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	assert_int_equal(bw_file_read(path, 1 << 16, &kept, &len), 0);
	assert_string_equal(text, kept);
}

/* KEEP=1: what is found now becomes what is expected. */
static void the_findings_of_real_kernels_are_those_that_were_kept(void **state)
{
	(void)state;
	each_kernel(compare_findings);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_findings_of_real_kernels_are_those_that_were_kept),
	IN_ROOT(a_kernel_without_btf_and_headers_is_found_wanting),
	IN_ROOT(each_finding_has_the_command_of_the_distribution),
};

UNIT_MODULE("kernel/doctor_checks", NULL, NULL);
