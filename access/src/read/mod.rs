//! Ways to read: lists by page, narrowed and ordered, what the clock decides, the past, and why something is allowed. Built on
//! the core's scoped selections.

mod aggregate;
mod due;
pub(crate) mod explanation;
pub(crate) mod feed;
mod grant_end;
pub(crate) mod history;
pub(crate) mod invitation;
pub(crate) mod lists;
mod narrowing;
pub(crate) mod offers;
pub(crate) mod orders;
pub(crate) mod paging;
mod permissions;
mod search;
mod status;
pub(crate) mod status_counts;
mod subscription_status;
