//! The recovery kit: what somebody needs who has nothing but the repository
//! and a sheet of paper.

mod key;
mod page;

pub use key::{KitKey, KitKeyError, key_in_page};
pub use page::{KitFacts, KitLanguage, KitPlace, kit_page};
