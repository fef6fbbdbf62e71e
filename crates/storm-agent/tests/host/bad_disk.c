/* Stands between a program and the files below one folder (LD_PRELOAD) and lets them fail while the test says so.
 *
 * STORM_BAD_DISK          files below it fail, all else passes untouched
 * STORM_BAD_DISK_CONTROL  a file of three 64-bit words, shared by mapping: the errno to fail with (0 = nothing fails), whether
 *                         syncs alone fail, and how many calls have failed
 *
 * Raw system calls pass by unseen; std and SQLite make none for files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct control {
	_Atomic uint64_t number, only_syncs, failed;
} *control;
static char folder[PATH_MAX];
static size_t length;

__attribute__((constructor)) static void begin(void)
{
	const char *disk = getenv("STORM_BAD_DISK"), *path = getenv("STORM_BAD_DISK_CONTROL");
	if (!disk || !path || !realpath(disk, folder)) _exit(97);
	length = strlen(folder);
	int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED) _exit(98);
}

static int fails(const char *name, int is_sync)
{
	uint64_t number = control ? atomic_load(&control->number) : 0;
	if (!number || strncmp(name, folder, length) || (!is_sync && atomic_load(&control->only_syncs))) return 0;
	atomic_fetch_add(&control->failed, 1);
	errno = number;
	return 1;
}

static int fails_at(int fd, int is_sync)
{
	if (!control || !atomic_load(&control->number)) return 0;
	char link[32], name[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t got = readlink(link, name, sizeof name - 1);
	if (got < 0) return 0;
	name[got] = 0;
	return fails(name, is_sync);
}

#define UNLESS(condition, type, name, parameters, arguments) \
	type name parameters \
	{ \
		static type(*real) parameters; \
		if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
		return (condition) ? -1 : real arguments; \
	}

UNLESS(fails_at(fd, 0), ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
UNLESS(fails_at(fd, 0), ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
UNLESS(fails_at(fd, 0), ssize_t, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
UNLESS(fails_at(fd, 0), int, ftruncate, (int fd, off_t size), (fd, size))
UNLESS(fails_at(fd, 0), int, ftruncate64, (int fd, off64_t size), (fd, size))
UNLESS(fails_at(fd, 1), int, fsync, (int fd), (fd))
UNLESS(fails_at(fd, 1), int, fdatasync, (int fd), (fd))
UNLESS(fails(to, 0), int, rename, (const char *from, const char *to), (from, to))
UNLESS(fails(path, 0), int, unlink, (const char *path), (path))

/* What opens for reading only passes. */
#define OPEN(name, parameters, arguments) \
	int name parameters \
	{ \
		static int(*real) parameters; \
		if (!real) real = (int(*) parameters)dlsym(RTLD_NEXT, #name); \
		mode_t mode = 0; \
		if (flags & (O_CREAT | O_TMPFILE)) { \
			va_list rest; \
			va_start(rest, flags); \
			mode = va_arg(rest, mode_t); \
			va_end(rest); \
		} \
		return (flags & O_ACCMODE) != O_RDONLY && fails(path, 0) ? -1 : real arguments; \
	}

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
