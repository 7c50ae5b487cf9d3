// SPDX-License-Identifier: Apache-2.0

/// A cycle number of one clock domain; the first edge is cycle 0.
public typealias Cycle = Int64

/// Simulated time since reset, the base that all clock domains share.
///
/// Integer femtoseconds hold every DRAM clock of the JEDEC speed bins closely enough (LPDDR4-4266: 468 750 fs) and
/// last for two and a half hours of simulated time.
public typealias Femtoseconds = Int64
