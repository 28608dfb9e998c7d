/* Statistics against published and independently computed values. */
#include "script/statistics.h"
#include "test.h"

#include <math.h>

static bool near(double got, double expected)
{
	bool is_near = fabs(got - expected) <= 1e-6 * fmax(1, fabs(expected));
	if (!is_near)
		printf("    got %.9g, expected %.9g\n", got, expected);
	return is_near;
}

#define SAMPLES(...)                                                                               \
	(struct samples)                                                                           \
	{                                                                                          \
		(const double[]){__VA_ARGS__}, sizeof((double[]){__VA_ARGS__}) / sizeof(double)    \
	}

TEST(statistics_percentile)
{
	struct arena a;
	double hundred[100];
	arena_init(&a);
	for (size_t i = 0; i < 100; i++)
		hundred[i] = (double)(100 - i);
	CHECK(near(statistics_percentile(&a, (struct samples){hundred, 100}, 0.95), 95.05));
	CHECK(near(statistics_percentile(&a, SAMPLES(400, 100, 300, 200), 0.95), 385));
	CHECK(near(statistics_percentile(&a, SAMPLES(7), 0.5), 7));
	CHECK(near(statistics_percentile(&a, SAMPLES(1, 2), 0.5), 1.5));
	CHECK(near(statistics_percentile(&a, SAMPLES(1, 2, 3, 4), 0.25), 1.75));
	CHECK(statistics_percentile(&a, SAMPLES(-INFINITY, INFINITY), 1) == INFINITY);
	CHECK(statistics_percentile(&a, SAMPLES(INFINITY, INFINITY), 0.5) == INFINITY);
	CHECK(hundred[0] == 100);
	arena_release(&a);
}

TEST(statistics_mean_and_round)
{
	CHECK(near(statistics_mean(SAMPLES(1, 2, 4)), 7.0 / 3));
	CHECK(near(statistics_mean(SAMPLES(1e308, 1e308, 1e308)), 1e308));
	CHECK(near(statistics_mean(SAMPLES(-1, 1)), 0));
	CHECK(statistics_mean(SAMPLES(INFINITY, 1)) == INFINITY);
	CHECK(statistics_round(0.5, 0) == 1 && statistics_round(-0.5, 0) == -1);
	CHECK(statistics_round(1.45, 1) == 1.5 && statistics_round(1.449, 1) == 1.4);
	CHECK(statistics_round(0, 3) == 0 && statistics_round(1e18, 3) == 1e18);
	CHECK(statistics_round(15, -1) == 20 && statistics_round(14, -1) == 10);
	CHECK(statistics_round(5, -300) == 0);
}

TEST(statistics_mann_whitney_exact)
{
	struct arena a;
	arena_init(&a);
	struct mann_whitney t =
		statistics_mann_whitney(&a, SAMPLES(19, 22, 16, 29, 24), SAMPLES(20, 11, 17, 12));
	CHECK(t.is_exact && t.u == 17 && near(t.p, 1.0 / 9));
	t = statistics_mann_whitney(&a, SAMPLES(20, 11, 17, 12), SAMPLES(19, 22, 16, 29, 24));
	CHECK(t.u == 3 && near(t.p, 1.0 / 9));
	t = statistics_mann_whitney(&a, SAMPLES(1, 4, 2, 3, 1), SAMPLES(0, 0, 0, 0, 0));
	CHECK(t.u == 25 && near(t.p_greater, 1.0 / 252) && near(t.p, 2.0 / 252));
	t = statistics_mann_whitney(&a, SAMPLES(0, 0, 0, 0, 0), SAMPLES(1, 4, 2, 3, 1));
	CHECK(t.u == 0 && near(t.p_greater, 1));
	t = statistics_mann_whitney(&a, SAMPLES(5, 5, 5), SAMPLES(5, 5));
	CHECK(t.u == 3 && t.p == 1 && t.p_greater == 1);
	t = statistics_mann_whitney(&a, SAMPLES(1), SAMPLES(2));
	CHECK(t.u == 0 && t.p == 1);
	/* 3 of the 10 choices of two among 1, 2, 2, 3, 3 reach 6, counting ties by hand */
	t = statistics_mann_whitney(&a, SAMPLES(3, 3), SAMPLES(1, 2, 2));
	CHECK(t.u == 6 && near(t.p_greater, 0.1));
	arena_release(&a);
}

/* The distribution by trying all choices, for every way of 3 against 4 samples from {0, 1, 2}. */
static double brute_greater(const double *all, size_t n, size_t first, double u)
{
	double count = 0, reached = 0;
	for (unsigned choice = 0; choice < 1u << n; choice++) {
		double sum = 0;
		if ((size_t)__builtin_popcount(choice) != first)
			continue;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < n; k++)
				if ((choice >> i & 1) && !(choice >> k & 1))
					sum += all[i] > all[k] ? 1 : all[i] == all[k] ? 0.5 : 0;
		count++;
		reached += sum >= u;
	}
	return reached / count;
}

TEST(statistics_mann_whitney_ties)
{
	struct arena a;
	arena_init(&a);
	for (unsigned code = 0; code < 2187; code += 7) {
		double all[7];
		unsigned rest = code;
		for (size_t i = 0; i < 7; i++, rest /= 3)
			all[i] = rest % 3;
		struct mann_whitney t = statistics_mann_whitney(
			&a, (struct samples){all, 3}, (struct samples){all + 3, 4});
		CHECK(near(t.p_greater, brute_greater(all, 7, 3, t.u)));
		arena_reset(&a);
	}
	arena_release(&a);
}

/* Where both work, the approximation is near the exact answer; far out, it is small and positive.
 */
TEST(statistics_mann_whitney_large)
{
	struct arena a;
	double x[500], y[500];
	arena_init(&a);
	for (size_t i = 0; i < 500; i++) {
		x[i] = (double)((i * 7919) % 1000) + 30;
		y[i] = (double)((i * 6563) % 1000);
	}
	struct mann_whitney exact =
		statistics_mann_whitney(&a, (struct samples){x, 20}, (struct samples){y, 20});
	struct mann_whitney normal =
		statistics_mann_whitney(&a, (struct samples){x, 21}, (struct samples){y, 20});
	CHECK(exact.is_exact && !normal.is_exact);
	CHECK(fabs(exact.p - normal.p) < 0.2);
	normal = statistics_mann_whitney(&a, (struct samples){x, 500}, (struct samples){y, 500});
	CHECK(normal.p > 0 && normal.p < 1);
	for (size_t i = 0; i < 500; i++)
		x[i] = 2000 + (double)i;
	normal = statistics_mann_whitney(&a, (struct samples){x, 500}, (struct samples){y, 500});
	CHECK(normal.p_greater >= 0 && normal.p_greater < 1e-100);
	for (size_t i = 0; i < 500; i++)
		x[i] = y[i] = 1;
	normal = statistics_mann_whitney(&a, (struct samples){x, 500}, (struct samples){y, 500});
	CHECK(normal.p == 1 && normal.p_greater == 1);
	/* The formula by hand: no ties, mean 450, variance 30 * 30 * 61 / 12 = 4575. */
	for (size_t i = 0; i < 30; i++) {
		x[i] = (double)i + 1;
		y[i] = (double)i + 11.5;
	}
	normal = statistics_mann_whitney(&a, (struct samples){x, 30}, (struct samples){y, 30});
	CHECK(normal.u == 190 && near(normal.p, erfc((450 - 190 - 0.5) / sqrt(2 * 4575.0))));
	arena_release(&a);
}

TEST(statistics_least_p)
{
	CHECK(near(statistics_least_p(1, 1), 0.5));
	CHECK(near(statistics_least_p(5, 5), 1.0 / 252));
	CHECK(near(statistics_least_p(3, 3), 0.05));
	CHECK(statistics_least_p(1000, 1000) < 1e-15);
}
