-- Where the lane-cycles went that did no effectual MAC, by cause and culprit; arrays are taken together.
-- sqlite3 -box run.sqlite < stalls.sql; parameters: :layer, :run
SELECT s.layer, e.cause, c.kind,
  CASE WHEN instr(e.blamed, '[') > 0 THEN substr(e.blamed, 1, instr(e.blamed, '[')) || '*]' ELSE e.blamed END AS blamed,
  sum(e.lane_cycles) AS lane_cycles,
  round(1.0 * sum(e.lane_cycles) / (s.lanes * s.cycles), 4) AS share,
  sum(e.tax_lane_cycles) AS of_it_tax
FROM layer_summary AS s
JOIN cycle_ledger AS e ON e.run_id = s.run_id AND e.layer = s.layer
JOIN cause AS c ON c.cause = e.cause
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer) AND e.cause <> 'effectual'
GROUP BY s.layer_index, e.cause, 4
ORDER BY s.layer_index, lane_cycles DESC, e.cause, 4;
