// SPDX-License-Identifier: Apache-2.0
// A binary heap keyed by time and sequence, as most event queues are.
#include <queue>

#include "include/reference.h"
#include "ring.hpp"

namespace {
struct Event {
  uint64_t cycle;
  uint64_t sequence;
  Message message;
  uint32_t node;
  bool operator<(const Event& other) const {
    return cycle != other.cycle ? cycle > other.cycle : sequence > other.sequence;
  }
};
}  // namespace

reference_outcome reference_ring_heap(uint32_t nodes, uint32_t tokens, uint64_t cycles) {
  Ring ring(nodes);
  std::priority_queue<Event> queue;
  uint64_t sequence = 0;
  for (uint32_t token = 0; token < tokens; token++) {
    queue.push(Event{token / nodes, sequence++, Message{token, 0}, token % nodes});
  }
  uint64_t delivered = 0;
  while (queue.top().cycle < cycles) {
    Event event = queue.top();
    queue.pop();
    Message message = ring.nodes[event.node]->handle(event.message);
    queue.push(Event{event.cycle + Ring::latency(event.node), sequence++, message, ring.next(event.node)});
    delivered++;
  }
  return reference_outcome{delivered, ring.sum()};
}
