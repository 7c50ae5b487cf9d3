// SPDX-License-Identifier: Apache-2.0

/// The command timelines of Ramulator 2 on the micro traces.
///
/// Origin: measured, not copied; the simulator is the one of `dramReferenceResults`. Lines are clock, command, rank or
/// pseudo channel, bank group, bank, row, column. The clocks run one ahead of the driver's. Of
/// `m09_read_across_refresh` only the commands around each refresh are listed.
let ramulatorCommands = """
  [ram_ddr4_2400R_RoBaRaCoCh] m01_one_read
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0

  [ram_ddr4_2400R_RoBaRaCoCh] m02_two_reads_same_row
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0
  124 RD 0 0 0 0 1

  [ram_ddr4_2400R_RoBaRaCoCh] m03_eight_reads_same_row
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0
  124 RD 0 0 0 0 1
  130 RD 0 0 0 0 2
  136 RD 0 0 0 0 3
  142 RD 0 0 0 0 4
  148 RD 0 0 0 0 5
  154 RD 0 0 0 0 6
  160 RD 0 0 0 0 7

  [ram_ddr4_2400R_RoBaRaCoCh] m04_row_conflict
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0
  141 PREpb 0 0 0 2 0
  157 ACT 0 0 0 2 0
  173 RD 0 0 0 2 0

  [ram_ddr4_2400R_RoBaRaCoCh] m05_row_conflict_late
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0
  402 PREpb 0 0 0 2 0
  418 ACT 0 0 0 2 0
  434 RD 0 0 0 2 0

  [ram_ddr4_2400R_RoBaRaCoCh] m09_read_across_refresh (only the commands around each refresh)
  9252 RD 0 1 0 0 57
  9302 RD 0 1 0 0 58
  9352 RD 0 1 0 0 59
  9364 PREab 0 -1 -1 -1 -1
  9380 REFab 0 -1 -1 -1 -1
  9813 ACT 0 1 0 0 60
  9829 RD 0 1 0 0 60
  9835 RD 0 1 0 0 61
  9841 RD 0 1 0 0 62
  9847 RD 0 1 0 0 63
  18602 RD 0 2 0 0 116
  18652 RD 0 2 0 0 117
  18702 RD 0 2 0 0 118
  18728 PREab 0 -1 -1 -1 -1
  18744 REFab 0 -1 -1 -1 -1
  19177 ACT 0 2 0 0 119
  19193 RD 0 2 0 0 119
  19199 RD 0 2 0 0 120
  19202 ACT 0 3 0 0 0
  19205 RD 0 2 0 0 121

  [ram_ddr4_2400R_MOP4CLXOR] m01_one_read
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0

  [ram_ddr4_2400R_MOP4CLXOR] m02_two_reads_same_row
  102 ACT 0 0 0 0 0
  106 ACT 0 1 0 0 1
  118 RD 0 0 0 0 0
  122 RD 0 1 0 0 1

  [ram_ddr4_2400R_MOP4CLXOR] m03_eight_reads_same_row
  102 ACT 0 0 0 0 0
  106 ACT 0 1 0 0 1
  110 ACT 0 2 0 0 2
  114 ACT 0 3 0 0 3
  118 RD 0 0 0 0 0
  122 RD 0 1 0 0 1
  126 RD 0 2 0 0 2
  130 RD 0 3 0 0 3
  134 RD 0 1 0 0 0
  138 RD 0 0 0 0 1
  142 RD 0 3 0 0 2
  146 RD 0 2 0 0 3

  [ram_ddr4_2400R_MOP4CLXOR] m04_row_conflict
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0
  141 PREpb 0 0 0 2 0
  157 ACT 0 0 0 2 0
  173 RD 0 0 0 2 0

  [ram_ddr4_2400R_MOP4CLXOR] m05_row_conflict_late
  102 ACT 0 0 0 0 0
  118 RD 0 0 0 0 0
  402 PREpb 0 0 0 2 0
  418 ACT 0 0 0 2 0
  434 RD 0 0 0 2 0

  [ram_ddr4_2400R_MOP4CLXOR] m09_read_across_refresh (only the commands around each refresh)
  9252 RD 0 3 1 0 9
  9302 RD 0 0 1 0 10
  9352 RD 0 1 1 0 11
  9364 PREab 0 -1 -1 -1 -1
  9380 REFab 0 -1 -1 -1 -1
  9813 ACT 0 3 1 0 8
  9817 ACT 0 2 1 0 9
  9821 ACT 0 1 1 0 10
  9825 ACT 0 0 1 0 11
  9829 RD 0 3 1 0 8
  18602 RD 0 1 2 1 20
  18652 RD 0 0 2 1 21
  18702 RD 0 3 2 1 22
  18728 PREab 0 -1 -1 -1 -1
  18744 REFab 0 -1 -1 -1 -1
  19177 ACT 0 2 2 1 23
  19181 ACT 0 3 2 1 21
  19185 ACT 0 0 2 1 22
  19189 ACT 0 1 2 1 23
  19193 RD 0 2 2 1 23

  [ram_hbm2_1ch_RoBaRaCoCh] m01_one_read
  102 ACT 0 0 0 0 0
  117 RD 0 0 0 0 0
  121 RD 0 0 0 0 1

  [ram_hbm2_1ch_RoBaRaCoCh] m02_two_reads_same_row
  102 ACT 0 0 0 0 0
  117 RD 0 0 0 0 0
  121 RD 0 0 0 0 1
  125 RD 0 0 0 0 2
  129 RD 0 0 0 0 3

  [ram_hbm2_1ch_RoBaRaCoCh] m03_eight_reads_same_row
  102 ACT 0 0 0 0 0
  117 RD 0 0 0 0 0
  121 RD 0 0 0 0 1
  125 RD 0 0 0 0 2
  129 RD 0 0 0 0 3
  133 RD 0 0 0 0 4
  137 RD 0 0 0 0 5
  141 RD 0 0 0 0 6
  145 RD 0 0 0 0 7
  149 RD 0 0 0 0 8
  153 RD 0 0 0 0 9
  157 RD 0 0 0 0 10
  161 RD 0 0 0 0 11
  165 RD 0 0 0 0 12
  169 RD 0 0 0 0 13
  173 RD 0 0 0 0 14
  177 RD 0 0 0 0 15

  [ram_hbm2_1ch_RoBaRaCoCh] m04_row_conflict
  102 ACT 0 0 0 0 0
  117 RD 0 0 0 0 0
  121 RD 0 0 0 0 1
  137 PREpb 0 0 0 8 0
  150 ACT 0 0 0 8 0
  165 RD 0 0 0 8 0
  169 RD 0 0 0 8 1

  [ram_hbm2_1ch_RoBaRaCoCh] m05_row_conflict_late
  102 ACT 0 0 0 0 0
  117 RD 0 0 0 0 0
  121 RD 0 0 0 0 1
  402 PREpb 0 0 0 8 0
  415 ACT 0 0 0 8 0
  430 RD 0 0 0 8 0
  434 RD 0 0 0 8 1

  [ram_hbm2_1ch_RoBaRaCoCh] m09_read_across_refresh (only the commands around each refresh)
  3806 RD 0 2 0 0 25
  3852 RD 0 2 0 0 26
  3856 RD 0 2 0 0 27
  3900 PREab 0 -1 -1 -1 -1
  3914 REFab 0 -1 -1 -1 -1
  3915 PREab 1 -1 -1 -1 -1
  3929 REFab 1 -1 -1 -1 -1
  4263 ACT 0 2 0 0 28
  4278 RD 0 2 0 0 28
  4278 ACT 1 2 0 0 0
  4282 RD 0 2 0 0 29
  4286 RD 0 2 0 0 30
  7706 RD 1 0 1 0 21
  7752 RD 1 0 1 0 22
  7756 RD 1 0 1 0 23
  7800 PREab 0 -1 -1 -1 -1
  7814 REFab 0 -1 -1 -1 -1
  7815 PREab 1 -1 -1 -1 -1
  7829 REFab 1 -1 -1 -1 -1
  8163 ACT 0 1 1 0 0
  8178 RD 0 1 1 0 0
  8178 ACT 1 0 1 0 24
  8182 RD 0 1 1 0 1
  8186 RD 0 1 1 0 2
  11606 RD 0 3 1 0 17
  11652 RD 0 3 1 0 18
  11656 RD 0 3 1 0 19
  11700 PREab 0 -1 -1 -1 -1
  11714 REFab 0 -1 -1 -1 -1
  11715 PREab 1 -1 -1 -1 -1
  11729 REFab 1 -1 -1 -1 -1
  12063 ACT 0 3 1 0 20
  12078 RD 0 3 1 0 20
  12078 ACT 1 3 1 0 0
  12082 RD 0 3 1 0 21
  12086 RD 0 3 1 0 22
  15506 RD 1 1 2 0 13
  15552 RD 1 1 2 0 14
  15556 RD 1 1 2 0 15
  15600 PREab 0 -1 -1 -1 -1
  15614 REFab 0 -1 -1 -1 -1
  15615 PREab 1 -1 -1 -1 -1
  15629 REFab 1 -1 -1 -1 -1
  15978 ACT 1 1 2 0 16
  15993 RD 1 1 2 0 16
  15997 RD 1 1 2 0 17
  16001 RD 1 1 2 0 18
  16002 ACT 0 2 2 0 0
  19406 RD 0 0 3 0 9
  19452 RD 0 0 3 0 10
  19456 RD 0 0 3 0 11
  19500 PREab 0 -1 -1 -1 -1
  19514 REFab 0 -1 -1 -1 -1
  19515 PREab 1 -1 -1 -1 -1
  19529 REFab 1 -1 -1 -1 -1
  19863 ACT 0 0 3 0 12
  19878 RD 0 0 3 0 12
  19882 RD 0 0 3 0 13
  19886 RD 0 0 3 0 14
  19890 RD 0 0 3 0 15
  """
