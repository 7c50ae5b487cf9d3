-- Area by component and part, with its share of the chip's; arrays together. The chip is one: its first layer's.
-- sqlite3 -box run.sqlite < area.sql; parameter: :run
SELECT
  CASE WHEN instr(a.component, '[') > 0 THEN substr(a.component, 1, instr(a.component, '[')) || '*]'
    ELSE a.component END AS component,
  a.part, a.kind, a.rank, round(sum(a.area_micro_um2) / 1e6, 2) AS area_um2,
  round(1.0 * sum(a.area_micro_um2) / s.area_micro_um2, 5) AS share
FROM layer_summary AS s
JOIN area_breakdown AS a ON a.run_id = s.run_id AND a.layer = s.layer
WHERE s.run_id = coalesce(:run, 1)
  AND s.layer_index = (SELECT min(f.layer_index) FROM layer_summary AS f WHERE f.run_id = s.run_id)
GROUP BY 1, a.part, a.kind, a.rank
ORDER BY sum(a.area_micro_um2) DESC, component, a.part;
