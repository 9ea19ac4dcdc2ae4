/* SPDX-License-Identifier: MIT */
/* test_guard: a fault ends what was called and nothing else; others go where they went before. */
#include <tl/guard.h>

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "streams.h"

static volatile const uint8_t *place; /* what is read */
static volatile int ended;

static void read_it(void *arg)
{
	(void)arg;
	(void)*place;
	ended++; /* volatile, so that it stays behind the read */
}

static void read_twice(void *arg)
{
	tl_test(!tl_guard_run(read_it, NULL));
	read_it(arg);
}

static void leave(void *arg)
{
	(void)arg;
	tl_guard_leave();
	ended++;
}

/* NULL where each of many reads ended by a fault. */
static void *in_a_thread(void *arg)
{
	for (int i = 0; i < 1000; i++)
		if (tl_guard_run(read_it, NULL))
			return arg;
	return NULL;
}

static void test_fault(void)
{
	static const uint8_t there = 7;
	place = &there;
	ended = 0;
	tl_test(tl_guard_run(read_it, NULL) && ended == 1);
	place = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	tl_test(place != MAP_FAILED);
	for (int i = 0; i < 100; i++) /* no signal stays blocked */
		tl_test(!tl_guard_run(read_it, NULL));
	tl_test(!tl_guard_run(read_twice, NULL) && !tl_guard_run(leave, NULL));
	tl_guard_leave(); /* from nowhere */
	tl_test_eq(ended, 1);
	pthread_t other;
	int any;
	void *back = &any;
	/* Each thread has its own place to go on; in those of a pool all signals are blocked. */
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	tl_test(!pthread_create(&other, NULL, in_a_thread, back));
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	tl_test(!in_a_thread(back));
	tl_test(!pthread_join(other, &back) && !back);
	munmap((void *)(uintptr_t)place, 4096);
}

/* A mapped file that is cut short. */
static void test_cut(void)
{
	static const uint8_t page[4096];
	streams_write("file", page, sizeof page);
	FILE *f = fopen(streams_path("file"), "rb");
	tl_test(f != NULL);
	place = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fileno(f), 0);
	ended = 0;
	tl_test(tl_guard_run(read_it, NULL));
	tl_test(!truncate(streams_path("file"), 0));
	tl_test(!tl_guard_run(read_it, NULL) && ended == 1);
	munmap((void *)(uintptr_t)place, 4096);
	fclose(f);
}

/* How a child ends that has had a fault under the guard, and then has one without, or a signal. */
static int end_of(bool sent)
{
	int status = 0;
	const pid_t child = fork();
	if (child == 0) {
		if (!freopen("/dev/null", "w", stderr)) /* what a sanitizer says */
			_exit(0);
		signal(SIGSEGV, SIG_DFL);
		place = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (tl_guard_run(read_it, NULL))
			_exit(0);
		if (sent)
			kill(getpid(), SIGSEGV);
		else
			read_it(NULL);
		_exit(0);
	}
	tl_test(child > 0 && waitpid(child, &status, 0) == child);
	return status;
}

static void test_outside(void)
{
	tl_test(end_of(false) && end_of(true));
}

int main(void)
{
	streams_make();
	TL_RUN(test_outside); /* first: the children meet a process without the handler */
	TL_RUN(test_fault);
	TL_RUN(test_cut);
	streams_remove();
	return tl_test_end();
}
