// SPDX-License-Identifier: Apache-2.0

/// The command timelines of DRAMsim3 on the micro traces.
///
/// Origin: measured, not copied; the simulator is the one of `dramReferenceResults`. Lines are clock, command, rank or
/// pseudo channel, bank group, bank, row, column. The clocks are the driver's. Of
/// `m09_read_across_refresh` only the commands around each refresh are listed.
let dramsim3Commands = """
  [ds3_ddr4_2400_shipped] m01_one_read
  102 activate 0 0 0 0 0
  119 read 0 0 0 0 0

  [ds3_ddr4_2400_shipped] m02_two_reads_same_row
  102 activate 0 0 0 0 0
  119 read 0 0 0 0 0
  125 read 0 0 0 0 1

  [ds3_ddr4_2400_shipped] m03_eight_reads_same_row
  102 activate 0 0 0 0 0
  119 read 0 0 0 0 0
  125 read 0 0 0 0 1
  131 read 0 0 0 0 2
  137 read 0 0 0 0 3
  143 read 0 0 0 0 4
  149 read 0 0 0 0 5
  155 read 0 0 0 0 6
  161 read 0 0 0 0 7

  [ds3_ddr4_2400_shipped] m04_row_conflict
  102 activate 0 0 0 0 0
  119 read 0 0 0 0 0
  141 precharge 0 0 0 1 0
  158 activate 0 0 0 1 0
  175 read 0 0 0 1 0

  [ds3_ddr4_2400_shipped] m05_row_conflict_late
  102 activate 0 0 0 0 0
  119 read 0 0 0 0 0
  402 precharge 0 0 0 1 0
  419 activate 0 0 0 1 0
  436 read 0 0 0 1 0

  [ds3_ddr4_2400_shipped] m09_read_across_refresh (only the commands around each refresh)
  4552 read 0 0 0 0 91
  4602 read 0 0 0 0 92
  4652 read 0 0 0 0 93
  4680 precharge 0 0 0 -1 -1
  4697 refresh 0 -1 -1 -1 -1
  5117 activate 0 0 0 0 94
  5134 read 0 0 0 0 94
  5140 read 0 0 0 0 95
  5146 read 0 0 0 0 96
  5152 read 0 0 0 0 97
  9202 read 0 1 0 0 56
  9252 read 0 1 0 0 57
  9302 read 0 1 0 0 58
  9352 read 0 1 0 0 59
  9360 refresh 1 -1 -1 -1 -1
  9402 read 0 1 0 0 60
  9452 read 0 1 0 0 61
  9502 read 0 1 0 0 62
  9552 read 0 1 0 0 63
  9602 read 0 1 0 0 64
  14002 read 0 2 0 0 24
  14040 precharge 0 0 0 -1 -1
  14041 precharge 0 1 0 -1 -1
  14042 precharge 0 2 0 -1 -1
  14059 refresh 0 -1 -1 -1 -1
  14479 activate 0 2 0 0 25
  14496 read 0 2 0 0 25
  14502 read 0 2 0 0 26
  14508 read 0 2 0 0 27
  14514 read 0 2 0 0 28
  18552 read 0 2 0 0 115
  18602 read 0 2 0 0 116
  18652 read 0 2 0 0 117
  18702 read 0 2 0 0 118
  18720 refresh 1 -1 -1 -1 -1
  18752 read 0 2 0 0 119
  18802 read 0 2 0 0 120
  18852 read 0 2 0 0 121
  18902 read 0 2 0 0 122
  18952 read 0 2 0 0 123

  [ds3_ddr4_2400R_1rank_RoBaBgRaCoCh] m01_one_read
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0

  [ds3_ddr4_2400R_1rank_RoBaBgRaCoCh] m02_two_reads_same_row
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0
  124 read 0 0 0 0 1

  [ds3_ddr4_2400R_1rank_RoBaBgRaCoCh] m03_eight_reads_same_row
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0
  124 read 0 0 0 0 1
  130 read 0 0 0 0 2
  136 read 0 0 0 0 3
  142 read 0 0 0 0 4
  148 read 0 0 0 0 5
  154 read 0 0 0 0 6
  160 read 0 0 0 0 7

  [ds3_ddr4_2400R_1rank_RoBaBgRaCoCh] m04_row_conflict
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0
  141 precharge 0 0 0 2 0
  157 activate 0 0 0 2 0
  173 read 0 0 0 2 0

  [ds3_ddr4_2400R_1rank_RoBaBgRaCoCh] m05_row_conflict_late
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0
  402 precharge 0 0 0 2 0
  418 activate 0 0 0 2 0
  434 read 0 0 0 2 0

  [ds3_ddr4_2400R_1rank_RoBaBgRaCoCh] m09_read_across_refresh (only the commands around each refresh)
  9302 read 0 1 0 0 58
  9352 read 0 1 0 0 59
  9364 precharge 0 0 0 -1 -1
  9365 precharge 0 1 0 -1 -1
  9381 refresh 0 -1 -1 -1 -1
  9814 activate 0 1 0 0 60
  9830 read 0 1 0 0 60
  9836 read 0 1 0 0 61
  9842 read 0 1 0 0 62
  9848 read 0 1 0 0 63
  18652 read 0 2 0 0 117
  18702 read 0 2 0 0 118
  18728 precharge 0 1 0 -1 -1
  18729 precharge 0 2 0 -1 -1
  18745 refresh 0 -1 -1 -1 -1
  19178 activate 0 2 0 0 119
  19194 read 0 2 0 0 119
  19200 read 0 2 0 0 120
  19202 activate 0 3 0 0 0
  19206 read 0 2 0 0 121

  [ds3_ddr4_2400R_1rank_RoBaRaCoBgCh] m01_one_read
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0

  [ds3_ddr4_2400R_1rank_RoBaRaCoBgCh] m02_two_reads_same_row
  102 activate 0 0 0 0 0
  106 activate 0 1 0 0 0
  118 read 0 0 0 0 0
  122 read 0 1 0 0 0

  [ds3_ddr4_2400R_1rank_RoBaRaCoBgCh] m03_eight_reads_same_row
  102 activate 0 0 0 0 0
  106 activate 0 1 0 0 0
  110 activate 0 2 0 0 0
  114 activate 0 3 0 0 0
  118 read 0 0 0 0 0
  122 read 0 1 0 0 0
  126 read 0 2 0 0 0
  130 read 0 3 0 0 0
  134 read 0 0 0 0 1
  138 read 0 1 0 0 1
  142 read 0 2 0 0 1
  146 read 0 3 0 0 1

  [ds3_ddr4_2400R_1rank_RoBaRaCoBgCh] m04_row_conflict
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0
  141 precharge 0 0 0 2 0
  157 activate 0 0 0 2 0
  173 read 0 0 0 2 0

  [ds3_ddr4_2400R_1rank_RoBaRaCoBgCh] m05_row_conflict_late
  102 activate 0 0 0 0 0
  118 read 0 0 0 0 0
  402 precharge 0 0 0 2 0
  418 activate 0 0 0 2 0
  434 read 0 0 0 2 0

  [ds3_ddr4_2400R_1rank_RoBaRaCoBgCh] m09_read_across_refresh (only the commands around each refresh)
  9364 precharge 0 0 0 -1 -1
  9365 precharge 0 1 0 -1 -1
  9366 precharge 0 2 0 -1 -1
  9367 precharge 0 3 0 -1 -1
  9383 refresh 0 -1 -1 -1 -1
  9816 activate 0 0 0 0 47
  9820 activate 0 1 0 0 47
  9824 activate 0 2 0 0 47
  9828 activate 0 3 0 0 47
  9832 read 0 0 0 0 47
  18728 precharge 0 0 0 -1 -1
  18729 precharge 0 1 0 -1 -1
  18730 precharge 0 2 0 -1 -1
  18731 precharge 0 3 0 -1 -1
  18747 refresh 0 -1 -1 -1 -1
  19180 activate 0 3 0 0 93
  19184 activate 0 0 0 0 94
  19188 activate 0 1 0 0 94
  19192 activate 0 2 0 0 94
  19196 read 0 3 0 0 93

  [ds3_hbm2_1ch] m01_one_read
  102 activate 0 0 0 0 0
  116 read 0 0 0 0 0

  [ds3_hbm2_1ch] m02_two_reads_same_row
  102 activate 0 0 0 0 0
  116 read 0 0 0 0 0
  118 read 0 0 0 0 1

  [ds3_hbm2_1ch] m03_eight_reads_same_row
  102 activate 0 0 0 0 0
  116 read 0 0 0 0 0
  118 read 0 0 0 0 1
  120 read 0 0 0 0 2
  122 read 0 0 0 0 3
  124 read 0 0 0 0 4
  126 read 0 0 0 0 5
  128 read 0 0 0 0 6
  130 read 0 0 0 0 7

  [ds3_hbm2_1ch] m04_row_conflict
  102 activate 0 0 0 0 0
  116 read 0 0 0 0 0
  136 precharge 0 0 0 8 0
  150 activate 0 0 0 8 0
  164 read 0 0 0 8 0

  [ds3_hbm2_1ch] m05_row_conflict_late
  102 activate 0 0 0 0 0
  116 read 0 0 0 0 0
  402 precharge 0 0 0 8 0
  416 activate 0 0 0 8 0
  430 read 0 0 0 8 0

  [ds3_hbm2_1ch] m09_read_across_refresh (only the commands around each refresh)
  3852 read 0 0 2 0 13
  3900 precharge 0 0 0 -1 -1
  3901 precharge 0 0 1 -1 -1
  3902 precharge 0 0 2 -1 -1
  3916 refresh 0 -1 -1 -1 -1
  4176 activate 0 0 2 0 14
  4190 read 0 0 2 0 14
  4192 read 0 0 2 0 15
  4194 read 0 0 2 0 16
  4196 read 0 0 2 0 17
  7752 read 0 1 0 0 27
  7800 precharge 0 0 2 -1 -1
  7801 precharge 0 0 3 -1 -1
  7802 precharge 0 1 0 -1 -1
  7816 refresh 0 -1 -1 -1 -1
  8076 activate 0 1 1 0 0
  8082 activate 0 1 0 0 28
  8090 read 0 1 1 0 0
  8092 read 0 1 1 0 1
  8096 read 0 1 0 0 28
  11700 precharge 0 1 0 -1 -1
  11701 precharge 0 1 1 -1 -1
  11702 precharge 0 1 2 -1 -1
  11703 precharge 0 1 3 -1 -1
  11717 refresh 0 -1 -1 -1 -1
  11977 activate 0 1 3 0 10
  11991 read 0 1 3 0 10
  11993 read 0 1 3 0 11
  11995 read 0 1 3 0 12
  11997 read 0 1 3 0 13
  15552 read 0 2 1 0 23
  15600 precharge 0 1 3 -1 -1
  15601 precharge 0 2 0 -1 -1
  15602 precharge 0 2 1 -1 -1
  15616 refresh 0 -1 -1 -1 -1
  15876 activate 0 2 1 0 24
  15890 read 0 2 1 0 24
  15892 read 0 2 1 0 25
  15894 read 0 2 1 0 26
  15896 read 0 2 1 0 27
  19500 precharge 0 2 1 -1 -1
  19501 precharge 0 2 2 -1 -1
  19502 precharge 0 2 3 -1 -1
  19503 precharge 0 3 0 -1 -1
  19517 refresh 0 -1 -1 -1 -1
  19777 activate 0 3 0 0 6
  19791 read 0 3 0 0 6
  19793 read 0 3 0 0 7
  19795 read 0 3 0 0 8
  19797 read 0 3 0 0 9
  """
