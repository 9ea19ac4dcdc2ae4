#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Real data through the whole pipe, where there is some: zstd files in the directory TL_DATA
# (../shared/data beside the checkout).  Skipped loudly elsewhere.

load helper
load streams

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	data=${TL_DATA:-$ROOT/../shared/data}
	[ -d "$data" ] || skip "there is no $data"
	command -v zstd >/dev/null || skip "zstd is not installed"
}

# goes_through NAME SHARE: the file comes back; at most SHARE % of its records are references.
goes_through() {
	local file=$data/$1.fa.zst
	[ -e "$file" ] || skip "there is no $file"
	zstd -dqf "$file" -o in.fa
	whole_pipe in.fa a.arc --refs r.fa -C c.tsv:tsv+
	expands_to in.fa a.arc
	tl-parse -dr a.arc | cmp - r.fa
	tl-stats --verify a.arc >/dev/null
	is "$(number_of_sequences in.fa)" a.arc records
	cut -f4 c.tsv | sort -n | cmp - <(seq 0 $(($(number_of_sequences in.fa) - 1)))
	is "$(number_of_sequences r.fa)" a.arc references
	(($(told a.arc references) * 100 <= $2 * $(told a.arc records)))
	awk -F '\t' '$3 % 20 == 0 { print "tl|" $3 }' c.tsv | sort -u >ids
	awk -F '\t' '$3 % 20 == 0 { print $4 }' c.tsv >ordinals
	tl-reduce -x --strict-ids --ids ids a.arc | tl-parse -d >some.fa
	pick in.fa ordinals | cmp - some.fa
	rm -f in.fa a.arc r.fa c.tsv some.fa expanded
}

@test "real data: proteins of strains" { goes_through prot_chlamydia_ppanggolin 12; }
@test "real data: proteins of genomes far apart" { goes_through prot_mycoplasma_orthofinder 100; }
@test "real data: four releases of a database" { goes_through prot_phibase_releases 30; }
@test "real data: alleles" { goes_through nuc_listeria_taranis 10; }
@test "real data: ribosomal RNA, U for T" { goes_through nuc_rrna_amplicon_vsearch 100; }
@test "real data: virus genomes" { goes_through genome_mers_parsnp 10; }

@test "real data: awkward files come back byte for byte, or are refused with their place" {
	[ -e "$data/awkward.tar.zst" ] || skip "there is no $data/awkward.tar.zst"
	zstd -dcq "$data/awkward.tar.zst" | tar xf -
	count=0 back=0
	while IFS= read -r -d '' file; do
		count=$((count + 1))
		code=0
		tl-parse "$file" >x.tl 2>err || code=$?
		if [ $code = 0 ]; then
			tl-parse -d x.tl >x.out
			case $(head -c 2 "$file" | od -An -tx1) in
			' 1f 8b') gzip -dc "$file" | cmp - x.out ;;
			*) same "$file" x.out ;;
			esac
			back=$((back + 1))
		else
			[ $code = 65 ]
			grep -qF "$file" err
		fi
	done < <(find . -type f ! -name 'x.*' ! -name err -print0)
	echo "$back of $count files are FASTA and came back"
	((back > 50))
}
