-- Share of each layer that the lanes and every component worked, waited for input or output, or had nothing to do.
-- sqlite3 -box run.sqlite < utilization.sql; parameters, where wanted: .parameter set :layer "'name'" (also :run)
SELECT layer, component, cycles, busy, starved, backpressured, idle
FROM (
  SELECT s.layer_index AS position, 0 AS part, s.layer, 'lanes' AS component, s.cycles,
    round(s.utilization, 4) AS busy, NULL AS starved, NULL AS backpressured, NULL AS idle
  FROM layer_summary AS s
  WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
  UNION ALL
  SELECT s.layer_index, 1, s.layer, c.component, c.cycles, round(c.utilization, 4),
    round(1.0 * c.starved_cycles / c.cycles, 4), round(1.0 * c.backpressured_cycles / c.cycles, 4),
    round(1.0 * c.idle_cycles / c.cycles, 4)
  FROM layer_summary AS s
  JOIN component AS c ON c.run_id = s.run_id AND c.layer = s.layer
  WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
)
ORDER BY position, part, busy DESC, component;
