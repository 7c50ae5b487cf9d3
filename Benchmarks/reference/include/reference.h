// SPDX-License-Identifier: Apache-2.0
// The yardsticks of the kernel: the same work driven by a timing wheel or by a binary heap.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a drive came to.
typedef struct {
  /// Events: wake-ups, or messages that arrived.
  uint64_t events;
  /// Over the actors' states; it depends on when each was woken, or in which order it got its messages.
  uint64_t sum;
} reference_outcome;

/// Runs `actors` actors that wake themselves after random delays, for `cycles` cycles.
reference_outcome reference_hold_wheel(uint32_t actors, uint64_t cycles);
reference_outcome reference_hold_heap(uint32_t actors, uint64_t cycles);

/// Sends `tokens` messages round a ring of `nodes` for `cycles` cycles; a link's latency is 1 + node % 8.
reference_outcome reference_ring_wheel(uint32_t nodes, uint32_t tokens, uint64_t cycles);
reference_outcome reference_ring_heap(uint32_t nodes, uint32_t tokens, uint64_t cycles);

#ifdef __cplusplus
}
#endif
