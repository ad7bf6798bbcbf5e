/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "process/cgroup_names.h"
#include "tests/unit/unit.h"

#define HEX "0123456789abcdef"
#define ID  HEX HEX HEX "fedcba9876543210"

static void assert_names(const char *path, const char *unit, const char *container)
{
	struct bw_cgroup c = {.path = path, .unit = {"x", 1}};

	bw_cgroup_names_read(&c);
	if (unit) {
		assert_int_equal(c.unit.len, strlen(unit));
		assert_memory_equal(c.unit.bytes, unit, strlen(unit));
	} else {
		assert_null(c.unit.bytes);
	}
	if (container) {
		assert_int_equal(c.container.len, BW_CGROUP_ID_LEN);
		assert_memory_equal(c.container.bytes, container, BW_CGROUP_ID_LEN);
	} else {
		assert_null(c.container.bytes);
	}
}

static void a_unit_is_the_innermost_that_is_no_slice(void **state)
{
	(void)state;
	assert_names("/", NULL, NULL);
	assert_names("/system.slice/cron.service", "cron.service", NULL);
	assert_names("/system.slice/cron.service/payload", "cron.service", NULL);
	assert_names("/user.slice/user-0.slice/user@0.service/app.slice/a\\x2db.service", "a\\x2db.service", NULL);
	assert_names("/user.slice/user-0.slice/user@0.service/app.slice", "user@0.service", NULL);
	assert_names("/user.slice/user-0.slice/session-2.scope", "session-2.scope", NULL);
	assert_names("/user.slice/user-0.slice", "user-0.slice", NULL);
	assert_names("/system.slice/dev-sda2.swap", "dev-sda2.swap", NULL);
	assert_names("/system.slice/sshd.socket/x", "sshd.socket", NULL);
	assert_names("/system.slice/mnt-a.mount", "mnt-a.mount", NULL);
	assert_names("/.service/x.services/xservice", NULL, NULL);
	assert_names("/../../outside.service", "outside.service", NULL);
	assert_names("//a.service//", "a.service", NULL);
	assert_names("", NULL, NULL);
}

static void a_container_is_known_by_the_names_of_its_manager(void **state)
{
	(void)state;
	assert_names("/system.slice/docker-" ID ".scope", "docker-" ID ".scope", ID);
	assert_names("/docker/" ID, NULL, ID);
	assert_names("/docker/" ID "/init.scope", "init.scope", ID);
	assert_names("/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", ID);
	assert_names("/libpod_parent/libpod-" ID, NULL, ID);
	assert_names("/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", "cri-containerd-" ID ".scope",
		     ID);
	assert_names("/kubepods/burstable/pod1/" ID, NULL, ID);
	assert_names("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" ID, "containerd.service",
		     ID);
	assert_names("/kubepods.slice/crio-" ID ".scope", "crio-" ID ".scope", ID);
	assert_names("/kubepods/pod1/crio-" ID, NULL, ID);
	assert_names("/system.slice/nerdctl-" ID ".scope", "nerdctl-" ID ".scope", ID);
	/* A container in a container. */
	assert_names("/docker/" HEX HEX HEX HEX "/docker/" ID, NULL, ID);
}

static void what_is_near_a_container_is_none(void **state)
{
	(void)state;
	/* The process that watches the container from outside. */
	assert_names("/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", NULL);
	assert_names("/kubepods.slice/crio-conmon-" ID ".scope", "crio-conmon-" ID ".scope", NULL);
	assert_names("/docker/" HEX HEX HEX "0123456789abcde", NULL, NULL);
	assert_names("/docker/" HEX HEX HEX "0123456789abcdeg", NULL, NULL);
	assert_names("/docker/" HEX HEX HEX "0123456789ABCDEF", NULL, NULL);
	assert_names("/docker/x" ID, NULL, NULL);
	assert_names("/docker/0" ID, NULL, NULL);
	assert_names("/docker-" ID "/x", NULL, ID);
	assert_names("/docker-" ID ".scope.scope", "docker-" ID ".scope.scope", NULL);
	assert_names("/:docker:" ID, NULL, NULL);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_unit_is_the_innermost_that_is_no_slice),
	cmocka_unit_test(a_container_is_known_by_the_names_of_its_manager),
	cmocka_unit_test(what_is_near_a_container_is_none),
};

UNIT_MODULE("process/cgroup_names", NULL, NULL);
