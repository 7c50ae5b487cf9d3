-- What the tax buys: cycles and energy saved against the same layer really simulated dense, beside the tax paid for it.
-- Needs a run made with --against dense. sqlite3 -box run.sqlite < gain.sql; parameters: :layer, :run
SELECT s.layer, s.pattern_executed AS executed, g.quantity, g.unit, round(g.value, 3) AS value,
  round(g.dense_value, 3) AS dense, round(g.saved, 3) AS saved, round(g.ratio, 4) AS ratio,
  round(CASE g.quantity WHEN 'cycles' THEN s.tax_share_cycles ELSE s.tax_share_energy END, 5) AS tax_share
FROM layer_summary AS s
JOIN sparsity_gain AS g ON g.run_id = s.run_id AND g.layer = s.layer
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer)
ORDER BY s.layer_index, g.quantity;
