// SPDX-License-Identifier: Apache-2.0
// A timing wheel of 1024 buckets, one per cycle.
#include "include/reference.h"
#include "ring.hpp"

reference_outcome reference_ring_wheel(uint32_t nodes, uint32_t tokens, uint64_t cycles) {
  struct Event {
    Message message;
    uint32_t node;
  };
  Ring ring(nodes);
  std::vector<std::vector<Event>> wheel(1024);
  for (uint32_t token = 0; token < tokens; token++) {
    wheel[token / nodes].push_back(Event{Message{token, 0}, token % nodes});
  }
  uint64_t delivered = 0;
  for (uint64_t cycle = 0; cycle < cycles; cycle++) {
    auto& bucket = wheel[cycle & 1023];
    for (size_t index = 0; index < bucket.size(); index++) {
      Event event = bucket[index];
      Message message = ring.nodes[event.node]->handle(event.message);
      wheel[(cycle + Ring::latency(event.node)) & 1023].push_back(Event{message, ring.next(event.node)});
    }
    delivered += bucket.size();
    bucket.clear();
  }
  return reference_outcome{delivered, ring.sum()};
}
