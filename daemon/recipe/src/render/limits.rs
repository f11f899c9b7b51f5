//! How the memory that a service needs is shared among its containers.

use std::collections::BTreeMap;

use crate::block;
use crate::format::RecipeFile;

/// Bytes for each container. Building blocks and containers with a limit of
/// their own have that; the others share the rest in equal parts, which are 0
/// when nothing is left.
pub(crate) fn share(file: &RecipeFile) -> BTreeMap<String, u64> {
    let of_blocks = block::of(file)
        .into_iter()
        .map(|block| (block.name.clone(), Some(block::memory(file, block).bytes())));
    let own = file.container.iter().map(|(name, container)| {
        (name.clone(), container.limits.memory.map(crate::scalar::Size::bytes))
    });
    let said: Vec<(String, Option<u64>)> = of_blocks.chain(own).collect();
    let taken = said.iter().filter_map(|(_, bytes)| *bytes).fold(0, u64::saturating_add);
    let silent = said.iter().filter(|(_, bytes)| bytes.is_none()).count() as u64;
    let part = file.needs.memory.bytes().saturating_sub(taken) / silent.max(1);
    said.into_iter().map(|(name, bytes)| (name, bytes.unwrap_or(part))).collect()
}
