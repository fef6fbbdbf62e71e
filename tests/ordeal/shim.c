/* Stands between a program and the files below one folder (LD_PRELOAD), and does there what disks and power cuts do.
 *
 * STORM_SHIM_FOLDER   files below it are watched, all else passes untouched
 * STORM_SHIM_CONTROL  a file of eight 64-bit words, shared by mapping: the other side arms and reads it while we run
 * STORM_SHIM_RECORD   everything that reaches the files, in order, with what was printed meanwhile
 *
 * Raw system calls pass by unseen; std and SQLite make none for files. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ACTION_KILL_BEFORE = -1, ACTION_KILL_AFTER = -2, ACTION_SHORT = -3 }; /* above zero: the errno to fail with */

struct control {
	_Atomic uint64_t armed; /* 0: pass; 1: the call with number `at` only; 2: it and all after it */
	_Atomic uint64_t at;    /* counted from 1 */
	_Atomic int64_t action;
	_Atomic uint64_t count; /* calls so far */
	_Atomic uint64_t fired; /* how many were struck */
	uint64_t spare[3];
};

static struct control nobody, *control = &nobody;
static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1;
static pthread_mutex_t recording = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("STORM_SHIM_FOLDER");
	if (path && realpath(path, folder)) folder_length = strlen(folder);
	if ((path = getenv("STORM_SHIM_CONTROL"))) {
		int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
		void *mapped = mmap(NULL, sizeof nobody, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mapped == MAP_FAILED) _exit(97);
		control = mapped;
	}
	if ((path = getenv("STORM_SHIM_RECORD"))) {
		record = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (record < 0) _exit(98);
	}
}

static int is_ours(const char *path)
{
	return folder_length && !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

/* The file behind a descriptor, if it is one of ours. */
static int name_of(int fd, char *name)
{
	char link[32];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, name, PATH_MAX - 1);
	if (length < 0) return 0;
	name[length] = 0;
	return is_ours(name);
}

static void die(void)
{
	kill(getpid(), SIGKILL);
	for (;;) pause();
}

/* Counts a call. 0: it may pass; above zero: the errno it fails with; ACTION_SHORT; ACTION_KILL_AFTER. */
static int64_t strike(void)
{
	uint64_t armed = atomic_load(&control->armed);
	if (!armed) return 0;
	uint64_t number = atomic_fetch_add(&control->count, 1) + 1, at = atomic_load(&control->at);
	if (armed == 1 ? number != at : number < at) return 0;
	atomic_fetch_add(&control->fired, 1);
	int64_t action = atomic_load(&control->action);
	if (action == ACTION_KILL_BEFORE) die();
	return action;
}

static void put(const void *bytes, size_t length)
{
	while (length) {
		ssize_t written = syscall(SYS_write, record, bytes, length);
		if (written <= 0) _exit(99);
		bytes = (const char *)bytes + written;
		length -= written;
	}
}

/* kind 1, name length 4, offset 8, length 8, name, bytes; numbers as this machine has them. */
static void note(char kind, const char *name, uint64_t offset, const void *bytes, uint64_t length)
{
	uint32_t name_length = strlen(name);
	char head[21];
	head[0] = kind;
	memcpy(head + 1, &name_length, 4);
	memcpy(head + 5, &offset, 8);
	memcpy(head + 13, &length, 8);
	put(head, sizeof head);
	put(name, name_length);
	if (bytes) put(bytes, length);
}

static void note_alone(char kind, const char *name, uint64_t offset, const void *bytes, uint64_t length)
{
	if (record < 0) return;
	pthread_mutex_lock(&recording);
	note(kind, name, offset, bytes, length);
	pthread_mutex_unlock(&recording);
}

#define REAL(name) \
	static __typeof__(name) *real; \
	if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* A write: what reaches the file is recorded in the order in which it does. */
#define WRITE(fd, bytes, length, at, call) \
	char name[PATH_MAX]; \
	if (fd == 1 && record >= 0) note_alone('A', "", 0, bytes, length); \
	if (!folder_length || !name_of(fd, name)) return call(length); \
	int64_t struck = strike(); \
	if (struck > 0) { errno = struck; return -1; } \
	size_t wanted = struck == ACTION_SHORT && length > 1 ? length / 2 : length; \
	if (record < 0) { \
		ssize_t written = call(wanted); \
		if (struck == ACTION_KILL_AFTER) die(); \
		return written; \
	} \
	pthread_mutex_lock(&recording); \
	uint64_t offset = at; \
	ssize_t written = call(wanted); \
	if (written > 0) note('W', name, offset, bytes, written); \
	pthread_mutex_unlock(&recording); \
	return written

ssize_t write(int fd, const void *bytes, size_t length)
{
	REAL(write);
#define CALL(size) real(fd, bytes, size)
	WRITE(fd, bytes, length, lseek(fd, 0, SEEK_CUR), CALL);
#undef CALL
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset_wanted)
{
	REAL(pwrite64);
#define CALL(size) real(fd, bytes, size, offset_wanted)
	WRITE(fd, bytes, length, offset_wanted, CALL);
#undef CALL
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
	return pwrite64(fd, bytes, length, offset);
}

/* A sync: what was written before it began is safe when it has ended. */
#define SYNC(fd, call) \
	char name[PATH_MAX]; \
	if (!folder_length || !name_of(fd, name)) return call; \
	int64_t struck = strike(); \
	if (struck > 0) { errno = struck; return -1; } \
	note_alone('s', name, fd, NULL, 0); \
	int outcome = call; \
	if (!outcome) note_alone('S', name, fd, NULL, 0); \
	if (struck == ACTION_KILL_AFTER) die(); \
	return outcome

int fsync(int fd) { REAL(fsync); SYNC(fd, real(fd)); }
int fdatasync(int fd) { REAL(fdatasync); SYNC(fd, real(fd)); }

/* Anything else: struck or recorded as a whole. */
#define CHANGE(condition, call, noted) \
	if (!(condition)) return call; \
	int64_t struck = strike(); \
	if (struck > 0) { errno = struck; return -1; } \
	if (record >= 0) pthread_mutex_lock(&recording); \
	int outcome = call; \
	if (record >= 0) { \
		int kept = errno; \
		if (outcome >= 0) { noted; } \
		pthread_mutex_unlock(&recording); \
		errno = kept; \
	} \
	if (struck == ACTION_KILL_AFTER) die(); \
	return outcome

int ftruncate64(int fd, off64_t length)
{
	REAL(ftruncate64);
	char name[PATH_MAX];
	CHANGE(folder_length && name_of(fd, name), real(fd, length), note('T', name, length, NULL, 0));
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
	REAL(fallocate64);
	char name[PATH_MAX];
	CHANGE(folder_length && name_of(fd, name), real(fd, mode, offset, length), note('F', name, offset + length, NULL, 0));
}

int fallocate(int fd, int mode, off_t offset, off_t length) { return fallocate64(fd, mode, offset, length); }

int rename(const char *from, const char *to)
{
	REAL(rename);
	CHANGE(is_ours(to), real(from, to), note('R', from, strlen(to), to, strlen(to)));
}

int unlink(const char *path)
{
	REAL(unlink);
	CHANGE(is_ours(path), real(path), note('U', path, 0, NULL, 0));
}

static int open_watched(int folder_fd, const char *path, int flags, mode_t mode)
{
	static int (*real)(int, const char *, int, ...);
	if (!real) real = (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat64");
	int missing = (flags & O_CREAT) && access(path, F_OK);
	CHANGE(is_ours(path) && (flags & O_ACCMODE) != O_RDONLY, real(folder_fd, path, flags, mode),
		if (missing) note('C', path, 0, NULL, 0); else if (flags & O_TRUNC) note('T', path, 0, NULL, 0));
}

#define MODE_OF(flags) \
	mode_t mode = 0; \
	if (flags & (O_CREAT | O_TMPFILE)) { \
		va_list rest; \
		va_start(rest, flags); \
		mode = va_arg(rest, mode_t); \
		va_end(rest); \
	}

int open(const char *path, int flags, ...) { MODE_OF(flags) return open_watched(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE_OF(flags) return open_watched(AT_FDCWD, path, flags, mode); }
int openat(int fd, const char *path, int flags, ...) { MODE_OF(flags) return open_watched(fd, path, flags, mode); }
int openat64(int fd, const char *path, int flags, ...) { MODE_OF(flags) return open_watched(fd, path, flags, mode); }
