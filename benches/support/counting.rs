//! An allocator that counts, so that benches can gate on what does not depend on the machine.

use stats_alloc::INSTRUMENTED_SYSTEM;
use stats_alloc::StatsAlloc;
use std::alloc::System;

/// What a bench names as its `global_allocator`.
pub type Counting = &'static StatsAlloc<System>;
pub const COUNTING: Counting = &INSTRUMENTED_SYSTEM;

/// Allocations since the start, those that made a block larger included.
pub fn allocations() -> u64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    (stats.allocations + stats.reallocations) as u64
}

/// Bytes that are allocated and not freed.
pub fn live_bytes() -> u64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    (stats.bytes_allocated - stats.bytes_deallocated) as u64
}
