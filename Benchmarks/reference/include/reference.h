// SPDX-License-Identifier: Apache-2.0
// The yardstick of the kernel: the same ring of nodes, driven by a timing wheel or by a binary heap.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a drive came to.
typedef struct {
  uint64_t delivered;
  /// Over the nodes' states; it depends on the order in which each got its messages.
  uint64_t sum;
} reference_outcome;

/// Sends `tokens` messages round a ring of `nodes` for `cycles` cycles; a link's latency is 1 + node % 8.
reference_outcome reference_ring_wheel(uint32_t nodes, uint32_t tokens, uint64_t cycles);
reference_outcome reference_ring_heap(uint32_t nodes, uint32_t tokens, uint64_t cycles);

#ifdef __cplusplus
}
#endif
