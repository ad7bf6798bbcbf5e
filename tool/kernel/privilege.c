/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

int bw_privilege_check(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	if (!(data[0].effective >> CAP_SYS_ADMIN & 1))
		return -EPERM;
	return access(BW_NO_PROGRAMS, F_OK) == 0 ? -ECANCELED : 0;
}
