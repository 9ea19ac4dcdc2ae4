/* SPDX-License-Identifier: MIT */
/* progress: one line that says how far a tool has come. */
#include <tl/progress.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* v with three digits and the prefix of its power of 1000: "1.23 G". */
static void scale(double v, char text[16])
{
	static const char prefix[] = " kMGTPE";
	int i = 0;
	while (v >= 999.5 && prefix[i + 1]) {
		v /= 1000;
		i++;
	}
	int digits = i == 0 || v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2;
	if (i)
		snprintf(text, 16, "%.*f %c", digits, v, prefix[i]);
	else
		snprintf(text, 16, "%.0f ", v);
}

void tl_progress_line(const struct tl_metrics *m, double seconds, char *text, size_t size)
{
	char in[16], out[16], records[16], rate[16];
	scale((double)m->count[TL_METRICS_INPUT_BYTES], in);
	scale((double)m->count[TL_METRICS_OUTPUT_BYTES], out);
	scale((double)m->count[TL_METRICS_RECORDS], records);
	scale(seconds > 0 ? (double)m->count[TL_METRICS_INPUT_BYTES] / seconds : 0, rate);
	size_t n = strlen(records);
	if (records[n - 1] == ' ')
		records[n - 1] = '\0';
	snprintf(text, size, "%sB in, %s records, %sB out, %sB/s", in, records, out, rate);
}

static void append(char *text, size_t size, const char *name, uint64_t v)
{
	size_t n = strlen(text);
	if (v)
		snprintf(text + n, size - n, "%s%s %llu", n ? ", " : "", name,
			 (unsigned long long)v);
}

void tl_progress_counts(const struct tl_metrics *m, char *text, size_t size)
{
	text[0] = '\0';
	for (int i = 0; i < TL_METRICS_COUNTERS; i++)
		append(text, size, tl_metrics_counter_name((enum tl_metrics_counter)i), m->count[i]);
	for (int i = 0; i < TL_METRICS_PEAKS; i++)
		append(text, size, tl_metrics_peak_name((enum tl_metrics_peak)i), m->peak[i]);
}
