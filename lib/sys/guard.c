/* SPDX-License-Identifier: MIT */
/* guard: calls that may meet memory that is not there.
 *
 * The kernel delivers a fault to the thread that made it, so that a place to go on, one a thread, is
 * all that the handler needs.  A fault that is blocked, as all signals are in a pool's threads, would
 * end the process at once, so that each thread lets the two through at its first call.  No mask is saved
 * with the place, which would be a system call each time: the handler blocks nothing.
 */
#include <tl/guard.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct sigaction before[2]; /* SIGSEGV, SIGBUS */
static _Thread_local sigjmp_buf *volatile landing;
static _Thread_local bool open_to_faults;

static void land(int sig, siginfo_t *info, void *context)
{
	(void)context;
	const bool fault = info->si_code > 0; /* else somebody sent it */
	if (fault && landing)
		siglongjmp(*landing, 1);
	/* The instruction is carried out again, and faults for whoever had the signal before. */
	(void)sigaction(sig, &before[sig == SIGBUS], NULL);
	if (!fault)
		(void)raise(sig);
}

static void install(void)
{
	struct sigaction act = {.sa_sigaction = land, .sa_flags = SA_SIGINFO | SA_NODEFER};
	(void)sigemptyset(&act.sa_mask);
	(void)sigaction(SIGSEGV, &act, &before[0]);
	(void)sigaction(SIGBUS, &act, &before[1]);
}

static void let_through(void)
{
	sigset_t faults;
	(void)pthread_once(&once, install);
	(void)sigemptyset(&faults);
	(void)sigaddset(&faults, SIGSEGV);
	(void)sigaddset(&faults, SIGBUS);
	(void)pthread_sigmask(SIG_UNBLOCK, &faults, NULL);
	open_to_faults = true;
}

bool tl_guard_run(void (*what)(void *arg), void *arg)
{
	sigjmp_buf here;
	sigjmp_buf *const outer = landing;
	if (!open_to_faults)
		let_through();
	if (sigsetjmp(here, 0)) {
		landing = outer;
		let_through(); /* a sanitizer's own handler blocks them */
		return false;
	}
	landing = &here;
	what(arg);
	landing = outer;
	return true;
}

void tl_guard_leave(void)
{
	if (landing)
		siglongjmp(*landing, 1);
}
