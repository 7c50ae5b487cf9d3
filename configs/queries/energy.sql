-- Energy by component and action, with its share of the layer's; arrays together.
-- sqlite3 -box run.sqlite < energy.sql; parameters: :layer, :run
SELECT s.layer,
  CASE WHEN instr(e.component, '[') > 0 THEN substr(e.component, 1, instr(e.component, '[')) || '*]'
    ELSE e.component END AS component,
  e.action, e.kind, e.rank, sum(e.count) AS count, round(sum(e.energy_attojoules) / 1e12, 6) AS energy_uj,
  round(1.0 * sum(e.energy_attojoules) / s.energy_attojoules, 5) AS share
FROM layer_summary AS s
JOIN energy_breakdown AS e ON e.run_id = s.run_id AND e.layer = s.layer
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer) AND e.count > 0
GROUP BY s.layer_index, 2, e.action, e.kind, e.rank
ORDER BY s.layer_index, sum(e.energy_attojoules) DESC, component, e.action;
