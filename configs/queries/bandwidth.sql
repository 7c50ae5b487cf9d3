-- What every link carried per cycle, how much of its width that is, and who waited for it.
-- sqlite3 -box run.sqlite < bandwidth.sql; parameters: :layer, :run
SELECT s.layer, k.link, k.bytes_sent AS bytes, round(1.0 * k.bytes_sent / k.cycles, 3) AS bytes_per_cycle,
  round(k.bytes_sent * s.clock_ghz / s.cycles, 3) AS gb_per_s, round(1.0 * k.messages / k.cycles, 4) AS messages_per_cycle,
  round(1.0 * k.starved_cycles / k.cycles, 4) AS starved, round(1.0 * k.backpressured_cycles / k.cycles, 4) AS blocked
FROM layer_summary AS s
JOIN link AS k ON k.run_id = s.run_id AND k.layer = s.layer
WHERE s.run_id = coalesce(:run, 1) AND s.layer = coalesce(:layer, s.layer) AND k.bytes_sent > 0
ORDER BY s.layer_index, k.bytes_sent DESC, k.link;
