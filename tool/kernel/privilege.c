/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

int bw_privileged(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	uint64_t have;

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	have = data[0].effective | (uint64_t)data[1].effective << 32;
	if (have >> CAP_SYS_ADMIN & 1 || (have >> CAP_BPF & have >> CAP_PERFMON & 1))
		return 0;
	return -EPERM;
}
