/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the machine and this process, from files of the kernel. root is put before every path. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first line of a file, or, where key is not NULL, the quoted value of KEY=; "" if there is none. */
void bw_machine_line(const char *root, const char *path, const char *key, char *text, size_t size);

/* The kernel's release: /proc/sys/kernel/osrelease. */
void bw_machine_release(const char *root, char *text, size_t size);

/* Is the kernel older than that release? */
bool bw_machine_before(const char *root, unsigned major, unsigned minor);

/* What the kernel was configured with, "y", "m", "n" or a text; 0, or -ENOENT if it is not known (neither
 * /proc/config.gz nor /boot/config-RELEASE is there). option: "CONFIG_BPF_LSM". */
int bw_machine_config(const char *root, const char *option, char *value, size_t size);

/* The capabilities in effect (capabilities(7)), a bit each: /proc/self/status. 0 or -errno. */
int bw_machine_capabilities(const char *root, uint64_t *capabilities);

/* A number in a file; -1 where there is none. */
long bw_machine_number(const char *root, const char *path);

/* How the kernel is locked down: "none", "integrity", "confidentiality"; "" if it can't be (or securityfs is not
 * there).
 */
void bw_machine_lockdown(const char *root, char *text, size_t size);

/* The distribution, which packages and commands depend on. */
enum bw_machine_distribution_id {
	BW_DISTRIBUTION_OTHER,
	BW_DISTRIBUTION_DEBIAN,
	BW_DISTRIBUTION_FEDORA,
	BW_DISTRIBUTION_ARCH
};
enum bw_machine_distribution_id bw_machine_distribution(const char *root);
