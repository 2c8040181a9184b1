# SPDX-License-Identifier: GPL-2.0-only OR MIT
# From the table of docs/model.md: how many kernel names are modelled how faithfully.
BEGIN { FS = " [|] " }
/^[|] `[a-z]+\// {
	tag = $3
	sub(/[: ].*/, "", tag)
	count[tag] += gsub(/`[^`]*`/, "", $2)
}
END {
	print "/* Generated from docs/model.md by fidelity.awk. */" > out
	printf "#define CLI_FIDELITY_SAME %d\n", count["same"] > out
	printf "#define CLI_FIDELITY_SIMPLIFIED %d\n", count["simplified"] > out
	printf "#define CLI_FIDELITY_ABSENT %d\n", count["absent"] > out
}
