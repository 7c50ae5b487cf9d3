// SPDX-License-Identifier: Apache-2.0
// A binary heap keyed by time and sequence, as most event queues are.
#include <functional>
#include <queue>
#include <tuple>

#include "hold.hpp"
#include "include/reference.h"

reference_outcome reference_hold_heap(uint32_t actors, uint64_t cycles) {
  Sleepers sleepers(actors);
  using Event = std::tuple<uint64_t, uint64_t, uint32_t>;  // cycle, sequence, actor
  std::priority_queue<Event, std::vector<Event>, std::greater<Event>> queue;
  uint64_t sequence = 0;
  for (uint32_t actor = 0; actor < actors; actor++) queue.emplace(0, sequence++, actor);
  while (std::get<0>(queue.top()) < cycles) {
    auto [cycle, number, actor] = queue.top();
    queue.pop();
    queue.emplace(sleepers.actors[actor]->wake(cycle), sequence++, actor);
  }
  return reference_outcome{sleepers.woken(), sleepers.sum()};
}
