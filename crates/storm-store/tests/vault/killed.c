/* Counts what a program does to the files below one folder (LD_PRELOAD) and ends it, as kill -9 does, before the call that the
 * test names.
 *
 * STORM_KILLED          files below it count
 * STORM_KILLED_CONTROL  a file of two 64-bit words, shared by mapping: before which call the program ends (0 = nothing counts
 *                       yet), and how many calls there were
 *
 * Raw system calls pass by unseen; std and SQLite make none for files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct control {
	_Atomic uint64_t end, calls;
} *control;
static char folder[PATH_MAX];
static size_t length;

__attribute__((constructor)) static void begin(void)
{
	const char *below = getenv("STORM_KILLED"), *path = getenv("STORM_KILLED_CONTROL");
	if (!below || !path || !realpath(below, folder)) _exit(97);
	length = strlen(folder);
	int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
	control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED) _exit(98);
}

static void count(const char *name)
{
	uint64_t end = control ? atomic_load(&control->end) : 0;
	if (!end || strncmp(name, folder, length)) return;
	if (atomic_fetch_add(&control->calls, 1) + 1 == end) kill(getpid(), SIGKILL);
	while (atomic_load(&control->calls) >= end) pause(); /* no other thread goes on either */
}

static void count_at(int fd)
{
	if (!control || !atomic_load(&control->end)) return;
	char link[32], name[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t got = readlink(link, name, sizeof name - 1);
	if (got < 0) return;
	name[got] = 0;
	count(name);
}

#define COUNTED(counted, type, name, parameters, arguments) \
	type name parameters \
	{ \
		static type(*real) parameters; \
		if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
		counted; \
		return real arguments; \
	}

COUNTED(count_at(fd), ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
COUNTED(count_at(fd), ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
COUNTED(count_at(fd), ssize_t, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
COUNTED(count_at(fd), int, ftruncate, (int fd, off_t size), (fd, size))
COUNTED(count_at(fd), int, ftruncate64, (int fd, off64_t size), (fd, size))
COUNTED(count_at(to), ssize_t, copy_file_range, (int from, off64_t *at, int to, off64_t *into, size_t size, unsigned flags),
	(from, at, to, into, size, flags))
COUNTED(count(to), int, rename, (const char *from, const char *to), (from, to))
COUNTED(count(path), int, unlink, (const char *path), (path))
