-- Utilization over time: for each window of 1024 cycles the mean of the arrays, and the buffer, VFMU and memory.
-- Needs a run recorded with spans. sqlite3 -box run.sqlite < timeline.sql; parameters: :layer, :run
SELECT s.layer, w.window_start,
  round(avg(CASE WHEN w.component LIKE 'PEArray%' THEN w.utilization END), 4) AS arrays,
  round(max(CASE WHEN w.component = 'VFMU' THEN w.utilization END), 4) AS vfmu,
  round(max(CASE WHEN w.component = 'GLB' THEN w.utilization END), 4) AS buffer,
  round(max(CASE WHEN w.component = 'DRAM' THEN w.utilization END), 4) AS memory
FROM layer_summary AS s
JOIN utilization_window AS w ON w.run_id = s.run_id AND w.layer = s.layer
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
GROUP BY s.layer_index, w.window_start
ORDER BY s.layer_index, w.window_start;
