// SPDX-License-Identifier: Apache-2.0
// A timing wheel of 1024 buckets, one per cycle, and a heap for what lies further ahead.
#include <functional>
#include <queue>
#include <tuple>

#include "hold.hpp"
#include "include/reference.h"

reference_outcome reference_hold_wheel(uint32_t actors, uint64_t cycles) {
  Sleepers sleepers(actors);
  std::vector<std::vector<uint32_t>> wheel(1024);
  using Far = std::tuple<uint64_t, uint64_t, uint32_t>;  // cycle, sequence, actor
  std::priority_queue<Far, std::vector<Far>, std::greater<Far>> far;
  uint64_t sequence = 0;
  for (uint32_t actor = 0; actor < actors; actor++) wheel[0].push_back(actor);
  for (uint64_t cycle = 0; cycle < cycles; cycle++) {
    auto& bucket = wheel[cycle & 1023];
    while (!far.empty() && std::get<0>(far.top()) == cycle) {
      bucket.push_back(std::get<2>(far.top()));
      far.pop();
    }
    for (size_t index = 0; index < bucket.size(); index++) {
      uint32_t actor = bucket[index];
      uint64_t next = sleepers.actors[actor]->wake(cycle);
      if (next - cycle < 1024) {
        wheel[next & 1023].push_back(actor);
      } else {
        far.emplace(next, sequence++, actor);
      }
    }
    bucket.clear();
  }
  return reference_outcome{sleepers.woken(), sleepers.sum()};
}
