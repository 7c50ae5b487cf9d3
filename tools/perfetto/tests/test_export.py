# SPDX-License-Identifier: Apache-2.0
"""A Perfetto trace holds what the database holds, each thing once."""

import sqlite3
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as protos

ROOT = Path(__file__).resolve().parent.parent.parent.parent
FEMTOSECONDS = 1_000_000  # of a nanosecond
TRACE = """hssim_trace: 1
name: two
layers:
  - name: first
    operation: matmul
    shape: {M: 70, K: 96, N: 19}
    weights: {random: {pattern: "2:4"}}
    activations: {random: {density: 0.6}}
  - name: second
    operation: matmul
    shape: {M: 64, K: 64, N: 9}
    weights: {random: {density: 1.0}}
    activations: {random: {density: 0.6}}
"""


@pytest.fixture(scope="module")
def hssim(tmp_path_factory):
    """Runs the program that was built last; tools/test builds it before these tests."""
    built = [ROOT / folder / "release/hssim" for folder in (".build/testing", ".build")]
    built = sorted((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.skip("hssim is not built; tools/test builds it")
    folder = tmp_path_factory.mktemp("export")

    def run(*words):
        subprocess.run([built[-1], *map(str, words)], cwd=folder, check=True, capture_output=True)
        return folder

    return run


class Parsed:
    """The events of a trace, by what their tracks are."""

    def __init__(self, content):
        trace = protos.Trace()
        trace.ParseFromString(content)
        assert not list(UnknownFieldSet(trace))
        self.tracks = {}
        self.spans, self.samples, self.sent, self.received = [], [], [], []
        opened = {}
        for packet in trace.packet:
            assert not list(UnknownFieldSet(packet))
            assert packet.trusted_packet_sequence_id == 1
            if packet.HasField("track_descriptor"):
                descriptor = packet.track_descriptor
                assert descriptor.uuid not in self.tracks
                self.tracks[descriptor.uuid] = descriptor
            else:
                self.add(packet.timestamp, packet.track_event, opened)
        assert not any(opened.values()), "every slice ends"

    def add(self, time, event, opened):
        track = self.tracks[event.track_uuid]
        values = {
            each.name: each.string_value if each.HasField("string_value") else each.int_value
            for each in event.debug_annotations
        }
        kind = protos.TrackEvent.Type.Name(event.type)
        if kind == "TYPE_SLICE_BEGIN":
            assert not opened.get(track.uuid), "slices of a component do not overlap"
            opened[track.uuid] = (time, event.name, values)
        elif kind == "TYPE_SLICE_END":
            start, name, values = opened[track.uuid]
            opened[track.uuid] = None
            self.spans.append(
                (*self.thread(track), name, values["cycle"], values["cycles"], values.get("link"), start, time)
            )
        elif kind == "TYPE_COUNTER":
            assert track.HasField("counter")
            field = event.WhichOneof("counter_value_field")
            self.samples.append((self.layer(track), track.name, values["cycle"], time, getattr(event, field)))
        else:
            assert kind == "TYPE_INSTANT" and list(event.categories) == ["message"]
            row = (*self.thread(track), event.name, values["message"], values["cycle"], values["bytes"], time)
            flows = [*event.flow_ids, *event.terminating_flow_ids]
            assert len(flows) == 1
            (self.sent if event.flow_ids else self.received).append((row, flows[0]))

    def thread(self, track):
        assert track.thread.pid == self.tracks[track.parent_uuid].process.pid
        return self.layer(track), track.thread.thread_name

    def layer(self, track):
        return self.tracks[track.parent_uuid].process.process_name


@pytest.fixture(scope="module")
def run(hssim):
    folder = hssim("--version")
    (folder / "two.yaml").write_text(TRACE)
    hssim("simulate", "two.yaml", "--record", "events", "--output", "run.sqlite")
    hssim("export", "run.sqlite", "--perfetto", "--output", "run.pftrace")
    database = sqlite3.connect(folder / "run.sqlite")
    return Parsed((folder / "run.pftrace").read_bytes()), lambda sql: database.execute(sql).fetchall()


def test_layers_and_components_are_processes_and_threads(run):
    parsed, query = run
    tracks = parsed.tracks.values()
    processes = [track.process.process_name for track in tracks if track.HasField("process")]
    assert sorted(processes) == sorted(name for (name,) in query("SELECT layer FROM layer_summary"))
    threads = [parsed.thread(track) for track in tracks if track.HasField("thread")]
    assert Counter(threads) == Counter(query("SELECT layer, component FROM component"))


def test_every_span_is_a_slice(run):
    parsed, query = run
    stored = [
        (layer, component, activity, start, cycles, link, start * period // FEMTOSECONDS,
         (start + cycles) * period // FEMTOSECONDS)
        for layer, component, activity, start, cycles, link, period in query(
            "SELECT layer, component, activity, start, s.cycles, link, clock_period_fs FROM activity_span AS s"
            " JOIN component AS c USING (run_id, layer, component)"
        )
    ]
    assert len(stored) > 500 and len({period for period in query("SELECT clock_period_fs FROM component")}) == 2
    assert Counter(parsed.spans) == Counter(stored)


def test_every_message_is_a_flow_between_the_components_of_its_link(run):
    parsed, query = run
    # Cycles of messages are the core's.
    period = query("SELECT DISTINCT clock_period_fs FROM component WHERE component = 'GLB'")[0][0]

    def stored(end, cycle):
        rows = query(
            f"SELECT m.layer, l.{end}, m.link, m.message, m.{cycle}, m.bytes FROM message AS m"
            f" JOIN link AS l USING (run_id, layer, link) WHERE m.{cycle} IS NOT NULL"
        )
        return Counter((*row, row[4] * period // FEMTOSECONDS) for row in rows)

    assert len(parsed.sent) > 500
    assert Counter(row for row, _ in parsed.sent) == stored("sender", "sent_cycle")
    assert Counter(row for row, _ in parsed.received) == stored("receiver", "received_cycle")
    # A flow has one beginning, and ends where the same message of the same layer is received.
    beginnings = {flow: (row[0], row[3]) for row, flow in parsed.sent}
    assert len(beginnings) == len(parsed.sent) and 0 not in beginnings
    assert all(beginnings[flow] == (row[0], row[3]) for row, flow in parsed.received)


def test_every_sample_is_a_window_or_a_level(run):
    parsed, query = run
    windows = Counter(
        (layer, f"{component} utilization", start, start * period // FEMTOSECONDS, utilization)
        for layer, component, start, utilization, period in query(
            "SELECT layer, component, window_start, w.utilization, clock_period_fs FROM utilization_window AS w"
            " JOIN component USING (run_id, layer, component)"
        )
    )
    period = query("SELECT DISTINCT clock_period_fs FROM component WHERE component = 'GLB'")[0][0]
    changes = {}
    for layer, link, sent, received in query("SELECT layer, link, sent_cycle, received_cycle FROM message"):
        for cycle, change in ((sent, 1), (received, -1)):
            if cycle is not None:
                of_link = changes.setdefault((layer, link), Counter())
                of_link[cycle] += change
    levels = Counter()
    for (layer, link), of_link in changes.items():
        level = 0
        for cycle in sorted(of_link):
            level += of_link[cycle]
            levels[(layer, f"{link} messages", cycle, cycle * period // FEMTOSECONDS, level)] += 1
    assert len(windows) > 10 and len(levels) > 500
    assert Counter(parsed.samples) == windows + levels


def test_one_layer_is_exported_alone(hssim, run):
    folder = hssim("export", "run.sqlite", "--perfetto", "--layer", "second", "--output", "second.pftrace")
    parsed = Parsed((folder / "second.pftrace").read_bytes())
    everything, _ = run
    assert {span[0] for span in parsed.spans} == {"second"}
    assert Counter(parsed.spans) == Counter(span for span in everything.spans if span[0] == "second")
