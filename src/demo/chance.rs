//! Choices that look like chance and are not: each is made from a name.

use uuid::Uuid;

/// What all ids and choices of this world are made from.
const WORLD: Uuid = Uuid::from_u128(0x2f4c_63b1_7d0a_4f0e_9b55_8c1e_0d6a_71f2);

/// The id of what `name` is for.
pub(super) fn id(name: &str) -> Uuid {
    Uuid::new_v5(&WORLD, name.as_bytes())
}

/// One of `sides` numbers from 0, for `name`.
pub(super) fn roll(name: &str, sides: u32) -> u32 {
    let (chance, _) = id(name).as_u64_pair();
    u32::try_from(chance % u64::from(sides.max(1))).unwrap_or_default()
}

/// One of `items`, for `name`.
pub(super) fn pick<'i, T>(name: &str, items: &'i [T]) -> &'i T {
    let sides = u32::try_from(items.len()).unwrap_or(u32::MAX);
    &items[roll(name, sides) as usize]
}
