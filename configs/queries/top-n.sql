-- The n (10 unless told) largest losses of lane-cycles, energies and areas of each layer; arrays together.
-- sqlite3 -box run.sqlite < top-n.sql; parameters: :n, :layer, :run
WITH item AS (
  SELECT s.layer_index AS position, s.layer, 'cycles' AS quantity, e.blamed AS component, e.cause AS what,
    sum(e.lane_cycles) AS value, 1.0 * s.lanes * s.cycles AS total
  FROM layer_summary AS s
  JOIN cycle_ledger AS e ON e.run_id = s.run_id AND e.layer = s.layer
  WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer) AND e.cause <> 'effectual'
  GROUP BY s.layer_index, CASE WHEN instr(e.blamed, '[') > 0 THEN substr(e.blamed, 1, instr(e.blamed, '['))
    ELSE e.blamed END, e.cause
  UNION ALL
  SELECT s.layer_index, s.layer, 'energy', e.component, e.action, sum(e.energy_attojoules), s.energy_attojoules
  FROM layer_summary AS s
  JOIN energy_breakdown AS e ON e.run_id = s.run_id AND e.layer = s.layer
  WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer) AND e.count > 0
  GROUP BY s.layer_index, CASE WHEN instr(e.component, '[') > 0 THEN substr(e.component, 1, instr(e.component, '['))
    ELSE e.component END, e.action
  UNION ALL
  SELECT s.layer_index, s.layer, 'area', a.component, a.part, sum(a.area_micro_um2), s.area_micro_um2
  FROM layer_summary AS s
  JOIN area_breakdown AS a ON a.run_id = s.run_id AND a.layer = s.layer
  WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
  GROUP BY s.layer_index, CASE WHEN instr(a.component, '[') > 0 THEN substr(a.component, 1, instr(a.component, '['))
    ELSE a.component END, a.part
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY position, quantity ORDER BY value DESC, component, what) AS place
  FROM item
)
SELECT layer, quantity, place,
  CASE WHEN instr(component, '[') > 0 THEN substr(component, 1, instr(component, '[')) || '*]'
    ELSE component END AS component,
  what, round(1.0 * value / total, 5) AS share
FROM ranked
WHERE place <= coalesce(:n, 10) AND value > 0
ORDER BY position, quantity DESC, place;
