// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * What each driver does where the API leaves it open: one row for each case and profile. The table
 * to compare with is in docs/model.md.
 */
#include "edge_fixture.h"

#define GEN "generic-pt"
#define VTD "vtd-legacy"
#define ARM "arm-lpae"

static const struct edge_row edge_rows[] = {
	/* A hole among small pages. */
	{ GEN, "hole in a table", { M(B, P, 5 * PAGE), M(B + 6 * PAGE, P, 2 * PAGE) },
	  U(B, 8 * PAGE), 5 * PAGE, 0, "40006000:1000*2>80000000", 4, {} },
	{ VTD, "hole in a table", { M(B, P, 5 * PAGE), M(B + 6 * PAGE, P, 2 * PAGE) },
	  U(B, 8 * PAGE), 8 * PAGE, 0, "", 4, {} },
	{ ARM, "hole in a table", { M(B, P, 5 * PAGE), M(B + 6 * PAGE, P, 2 * PAGE) },
	  U(B, 8 * PAGE), 5 * PAGE, 2, "40006000:1000*2>80000000", 4, {} },

	{ GEN, "hole first", { M(B + PAGE, P, 3 * PAGE) },
	  U(B, 4 * PAGE), 0, 0, "40001000:1000*3>80000000", 4, {} },
	{ VTD, "hole first", { M(B + PAGE, P, 3 * PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 4, {} },
	{ ARM, "hole first", { M(B + PAGE, P, 3 * PAGE) },
	  U(B, 4 * PAGE), 0, 1, "40001000:1000*3>80000000", 4, {} },

	{ GEN, "unmap of one missing page", { M(B, P, PAGE) },
	  U(B + PAGE, PAGE), 0, 0, "40000000:1000*1>80000000", 4, {} },
	{ VTD, "unmap of one missing page", { M(B, P, PAGE) },
	  U(B + PAGE, PAGE), PAGE, 0, "40000000:1000*1>80000000", 4, {} },
	{ ARM, "unmap of one missing page", { M(B, P, PAGE) },
	  U(B + PAGE, PAGE), 0, 1, "40000000:1000*1>80000000", 4, {} },

	/* The whole 2 MiB are asked for: ARM drops the table and sees no hole. */
	{ GEN, "hole in a covered table", { M(B, P, PAGE), M(B + 2 * PAGE, P, MID - 2 * PAGE) },
	  U(B, MID), PAGE, 0, "40002000:1000*1fe>80000000", 4, {} },
	{ VTD, "hole in a covered table", { M(B, P, PAGE), M(B + 2 * PAGE, P, MID - 2 * PAGE) },
	  U(B, MID), MID, 0, "", 3, {} },
	{ ARM, "hole in a covered table", { M(B, P, PAGE), M(B + 2 * PAGE, P, MID - 2 * PAGE) },
	  U(B, MID), MID, 0, "", 3, {} },

	/* No table where the hole is: legacy VT-d clears up to 2 MiB from there. */
	{ GEN, "hole without a table", { M(B + 2 * MID, P, 2 * PAGE) },
	  U(B + 2 * MID - PAGE, PAGE), 0, 0, "40400000:1000*2>80000000", 4, {} },
	{ VTD, "hole without a table", { M(B + 2 * MID, P, 2 * PAGE) },
	  U(B + 2 * MID - PAGE, PAGE), MID, 0, "", 4, {} },
	{ ARM, "hole without a table", { M(B + 2 * MID, P, 2 * PAGE) },
	  U(B + 2 * MID - PAGE, PAGE), 0, 1, "40400000:1000*2>80000000", 4, {} },
	/* ... or 1 GiB where the table above is missing as well. */
	{ VTD, "hole without two tables", { M(2 * B, P, PAGE), M(2 * B + MID, 2 * P, MID) },
	  U(2 * B - PAGE, PAGE), (long long)B, 0, "", 3, {} },
	{ VTD, "hole raised into a large leaf", { M(B + 2 * MID, P, MID) },
	  U(B + 2 * MID - PAGE, PAGE), 0, 0, "40400000:200000*1>80000000", 3,
	  { 1, 1, 0, 0, NULL } },

	/* Part of a large leaf. */
	{ GEN, "unmap start of a large leaf", { M(B, P, MID) },
	  U(B, PAGE), MID, 0, "", 3, { 1, 0, MID, 0, NULL } },
	{ VTD, "unmap start of a large leaf", { M(B, P, MID) },
	  U(B, PAGE), MID, 0, "", 3, { 1, 0, MID, 0, NULL } },
	{ ARM, "unmap start of a large leaf", { M(B, P, MID) },
	  U(B, PAGE), 0, 1, "40000000:200000*1>80000000", 3, { 1, 0, 0, 0, NULL } },

	{ GEN, "unmap middle of a large leaf", { M(B, P, MID) },
	  U(B + PAGE, PAGE), 0, 0, "40000000:200000*1>80000000", 3, { 1, 0, 0, 0, NULL } },
	{ VTD, "unmap middle of a large leaf", { M(B, P, MID) },
	  U(B + PAGE, PAGE), 0, 0, "40000000:200000*1>80000000", 3, { 1, 1, 0, 0, NULL } },
	{ ARM, "unmap middle of a large leaf", { M(B, P, MID) },
	  U(B + PAGE, PAGE), 0, 1, "40000000:200000*1>80000000", 3, { 1, 0, 0, 0, NULL } },

	{ GEN, "unmap into a large leaf", { M(B - PAGE, 2 * P, PAGE), M(B, P, MID) },
	  U(B - PAGE, 2 * PAGE), MID + PAGE, 0, "", 5, { 1, 0, MID, 0, NULL } },
	{ VTD, "unmap into a large leaf", { M(B - PAGE, 2 * P, PAGE), M(B, P, MID) },
	  U(B - PAGE, 2 * PAGE), 0, 0,
	  "3ffff000:1000*1>100000000 40000000:200000*1>80000000", 5, { 1, 1, 0, 0, NULL } },
	{ ARM, "unmap into a large leaf", { M(B - PAGE, 2 * P, PAGE), M(B, P, MID) },
	  U(B - PAGE, 2 * PAGE), PAGE, 1, "40000000:200000*1>80000000", 5,
	  { 1, 0, 0, 0, NULL } },

	{ GEN, "unmap 2M of a 1G leaf", { M(B, P, BIG) },
	  U(B, MID), BIG, 0, "", 2, { 1, 0, BIG, 0, NULL } },
	{ VTD, "unmap 2M of a 1G leaf", { M(B, P, BIG) },
	  U(B, MID), BIG, 0, "", 2, { 1, 0, BIG, 0, NULL } },
	{ ARM, "unmap 2M of a 1G leaf", { M(B, P, BIG) },
	  U(B, MID), 0, 1, "40000000:40000000*1>80000000", 2, { 1, 0, 0, 0, NULL } },

	/* Over a live leaf. */
	{ GEN, "map over a leaf", { M(B, P, PAGE) },
	  M(B, 2 * P, PAGE), -EADDRINUSE, 0, "40000000:1000*1>80000000", 4,
	  { 0, 0, 0, 1, "refused" } },
	{ VTD, "map over a leaf", { M(B, P, PAGE) },
	  M(B, 2 * P, PAGE), 0, 1, "40000000:1000*1>80000000", 4, { 0, 0, 0, 1, "kept" } },
	{ ARM, "map over a leaf", { M(B, P, PAGE) },
	  M(B, 2 * P, PAGE), -EEXIST, 1, "40000000:1000*1>80000000", 4,
	  { 0, 0, 0, 1, "refused" } },

	{ GEN, "map over the third page", { M(B + 2 * PAGE, P, PAGE) },
	  M(B, 2 * P, 6 * PAGE), -EADDRINUSE, 0, "40002000:1000*1>80000000", 4,
	  { 0, 0, 0, 1, "refused" } },
	{ VTD, "map over the third page", { M(B + 2 * PAGE, P, PAGE) },
	  M(B, 2 * P, 6 * PAGE), 0, 1,
	  "40000000:1000*2>100000000 40002000:1000*1>80000000 40003000:1000*3>100003000", 4,
	  { 0, 0, 0, 1, "kept" } },
	{ ARM, "map over the third page", { M(B + 2 * PAGE, P, PAGE) },
	  M(B, 2 * P, 6 * PAGE), -EEXIST, 1, "40002000:1000*1>80000000", 4,
	  { 0, 0, 0, 1, "refused" } },

	/* The second table is in the way: what the first took is taken back. */
	{ GEN, "map over in the next table", { M(B + MID, P, PAGE) },
	  M(B + MID - 2 * PAGE, 2 * P, 4 * PAGE), -EADDRINUSE, 0, "40200000:1000*1>80000000", 5,
	  { 0, 0, 0, 1, "refused" } },
	{ ARM, "map over in the next table", { M(B + MID, P, PAGE) },
	  M(B + MID - 2 * PAGE, 2 * P, 4 * PAGE), -EEXIST, 1, "40200000:1000*1>80000000", 5,
	  { 0, 0, 0, 1, "refused" } },

	{ GEN, "map small under a large leaf", { M(B, P, MID) },
	  M(B + PAGE, 2 * P, PAGE), -EADDRINUSE, 0, "40000000:200000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ VTD, "map small under a large leaf", { M(B, P, MID) },
	  M(B + PAGE, 2 * P, PAGE), -EADDRINUSE, 0, "40000000:200000*1>80000000", 3,
	  { 1, 1, 0, 0, NULL } },
	{ ARM, "map small under a large leaf", { M(B, P, MID) },
	  M(B + PAGE, 2 * P, PAGE), -EEXIST, 1, "40000000:200000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },

	{ GEN, "map large over a large leaf", { M(B, P, MID) },
	  M(B, 2 * P, MID), -EADDRINUSE, 0, "40000000:200000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },
	{ VTD, "map large over a large leaf", { M(B, P, MID) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 3,
	  { 0, 0, 0, 1, "replaced" } },
	{ ARM, "map large over a large leaf", { M(B, P, MID) },
	  M(B, 2 * P, MID), -EEXIST, 1, "40000000:200000*1>80000000", 3,
	  { 0, 0, 0, 1, "refused" } },

	/* Over tables. */
	{ GEN, "map large over an empty table", { M(B, P, PAGE), U(B, PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 3, {} },
	{ VTD, "map large over an empty table", { M(B, P, PAGE), U(B, PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 3, {} },
	{ ARM, "map large over an empty table", { M(B, P, PAGE), U(B, PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 3, {} },

	{ GEN, "map large over a live table", { M(B + PAGE, P, 2 * PAGE) },
	  M(B, 2 * P, MID), -EADDRINUSE, 0, "40001000:1000*2>80000000", 4,
	  { 0, 0, 0, 1, "refused" } },
	{ VTD, "map large over a live table", { M(B + PAGE, P, 2 * PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 3,
	  { 0, 0, 0, 2, "replaced" } },
	{ ARM, "map large over a live table", { M(B + PAGE, P, 2 * PAGE) },
	  M(B, 2 * P, MID), 0, 0, "40000000:200000*1>100000000", 3,
	  { 0, 0, 0, 2, "replaced" } },

	{ GEN, "map 1G over nested empty tables", { M(B, P, PAGE), U(B, PAGE), M(B + MID, P, PAGE),
						    U(B + MID, PAGE) },
	  M(B, 2 * P, BIG), 0, 0, "40000000:40000000*1>100000000", 2, {} },
	{ VTD, "map 1G over nested live tables", { M(B, P, PAGE), M(B + MID, P, MID) },
	  M(B, 2 * P, BIG), 0, 0, "40000000:40000000*1>100000000", 2,
	  { 0, 0, 0, 2, "replaced" } },

	/* Tables on unmap. */
	{ GEN, "covered table is freed", { M(B, P + PAGE, MID) },
	  U(B, MID), MID, 0, "", 3, {} },
	{ VTD, "covered table is freed", { M(B, P + PAGE, MID) },
	  U(B, MID), MID, 0, "", 3, {} },
	{ ARM, "covered table is freed", { M(B, P + PAGE, MID) },
	  U(B, MID), MID, 0, "", 3, {} },
	{ GEN, "emptied table is kept", { M(B, P, 4 * PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 4, {} },
	{ VTD, "emptied table is kept", { M(B, P, 4 * PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 4, {} },
	{ ARM, "emptied table is kept", { M(B, P, 4 * PAGE) },
	  U(B, 4 * PAGE), 4 * PAGE, 0, "", 4, {} },
	{ GEN, "nested covered tables are freed", { M(B, P, BIG - MID),
						    M(B + BIG - MID, P + PAGE, MID) },
	  U(B, BIG), BIG, 0, "", 2, {} },
	{ VTD, "nested covered tables are freed", { M(B, P, BIG - MID),
						    M(B + BIG - MID, P + PAGE, MID) },
	  U(B, BIG), BIG, 0, "", 2, {} },
	{ ARM, "nested covered tables are freed", { M(B, P, BIG - MID),
						    M(B + BIG - MID, P + PAGE, MID) },
	  U(B, BIG), BIG, 0, "", 2, {} },
};

static void test_edges(void **state)
{
	for (size_t i = 0; i < sizeof(edge_rows) / sizeof(edge_rows[0]); i++)
		check_row(&edge_rows[i], NULL, true);
}

/* What a driver does must not hang on the bits of its tables. */
static void test_edges_of_other_formats(void **state)
{
	for (size_t i = 0; i < sizeof(edge_rows) / sizeof(edge_rows[0]); i++) {
		const struct edge_row *row = &edge_rows[i];

		if (!strcmp(row->profile, ARM))
			continue;
		check_row(row, "x86-64", true);
		if (!strcmp(row->profile, GEN))
			check_row(row, "arm-lpae", true);
	}
}

/* Nor on whether somebody watches: that closes short paths. */
static void test_edges_unwatched(void **state)
{
	for (size_t i = 0; i < sizeof(edge_rows) / sizeof(edge_rows[0]); i++)
		check_row(&edge_rows[i], NULL, false);
}

static const struct ktest tests[] = {
	KTEST(test_edges),
	KTEST(test_edges_of_other_formats),
	KTEST(test_edges_unwatched),
};
KTEST_MAIN(tests)
