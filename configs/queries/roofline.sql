-- Roofline: MACs per byte of DRAM traffic against MACs per cycle, what bounds the layer, and how near the run came.
-- sqlite3 -box run.sqlite < roofline.sql; parameters: :layer, :run
SELECT s.layer, s.pattern_executed AS executed,
  round(1.0 * s.macs_dense / (s.dram_read_bytes + s.dram_write_bytes), 2) AS macs_per_byte,
  round(1.0 * s.macs_dense / s.cycles, 1) AS macs_per_cycle,
  round(1.0 * s.macs_dense / s.bound_cycles, 1) AS roof,
  (SELECT b.kind FROM bound AS b WHERE b.run_id = s.run_id AND b.layer = s.layer
    ORDER BY b.cycles DESC, b.kind LIMIT 1) AS bounded_by,
  round(1.0 * s.bound_cycles / s.cycles, 4) AS of_roof
FROM layer_summary AS s
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
ORDER BY s.layer_index;
