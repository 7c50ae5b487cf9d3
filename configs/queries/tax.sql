-- The sparsity tax: what sparsity alone costs in cycles, energy and area, by component and rank; arrays together.
-- sqlite3 -box run.sqlite < tax.sql; parameters: :layer, :run
SELECT s.layer, t.quantity, t.rank,
  CASE WHEN instr(t.component, '[') > 0 THEN substr(t.component, 1, instr(t.component, '[')) || '*]'
    ELSE t.component END AS component,
  round(sum(t.value), 3) AS value, t.unit, round(sum(t.share), 5) AS share
FROM layer_summary AS s
JOIN sparsity_tax AS t ON t.run_id = s.run_id AND t.layer = s.layer
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
GROUP BY s.layer_index, t.quantity, t.rank, 4
HAVING sum(t.value) > 0
ORDER BY s.layer_index, t.quantity, sum(t.value) DESC, component, t.rank;
