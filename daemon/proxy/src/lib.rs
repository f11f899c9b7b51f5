//! The front door: the only part that faces strangers, and the only crate that
//! terminates TLS. A process of its own, without privileges.
//!
//! Two sides, joined by a control socket:
//!
//! - **The daemon's**: [`FrontDoor`] starts the process or adopts the living
//!   one, gives it its listeners, and has it serve a [`Table`]: routes,
//!   certificates, the box's own names. The whole table, each time.
//! - **The process's own**: [`run`] is its main function, and [`serve`] the same
//!   without what concerns a process. It serves the last table that it was
//!   given while daemons come and go, and writes nothing to disk.
//!
//! [`Threshold`] is the same without listeners and without a process, for
//! connections that come by another way.
//!
//! [`Question`] is the probe: it goes in by the front door, as people do.
//!
//! What it does to a request: TLS by name (HTTP/1.1 and HTTP/2), routing by
//! host name, a page in both languages where there is nothing to pass on to,
//! the recipe's [`Rules`], forwarding headers of its own in the place of the
//! client's, bodies streamed both ways, WebSockets. Plain HTTP is redirected,
//! but for `/trust` and the answers that a public authority asks for
//! ([`Challenge`]); TLS for `acme-tls/1` is a handshake and nothing else.
//!
//! Beside that, services that may reach the internet look up names here
//! ([`LookupTable`]): this is the process that lives on while the daemon does
//! not. And it takes no more guests than there is room for.
//!
//! It deliberately does not know: recipes, the ledger, the engine (an upstream
//! is an address, taken as given), how a certificate was come by, and what the
//! box's own pages say (they are an upstream behind a Unix socket).

mod alarm;
mod answer;
mod bell;
mod body;
mod challenges;
mod child;
mod cork;
mod crowd;
mod door;
mod doorway;
mod forward;
mod front_door;
mod headers;
mod host;
mod line;
mod link;
mod live;
mod lookups;
mod message;
mod page;
mod paths;
mod patience;
mod pool;
mod process;
mod question;
mod sentences;
mod serve;
mod stalling;
mod streams;
mod table;
mod threshold;
mod unit;
mod visit;
mod wire;

#[cfg(test)]
mod tests;

pub use child::{FrontDoorOptions, StartError};
pub use front_door::{FrontDoor, FrontDoorError, end_living};
pub use line::LineError;
pub use lookups::{LOOKUPS_PORT, LookupQuestion, LookupRefusal, LookupTable};
pub use message::{Hello, Listening, Role, Status};
pub use process::run;
pub use question::{AskError, Question, Told};
pub use serve::{ServeError, serve};
pub use table::{Bilingual, Certificate, Challenge, Route, RouteState, Rules, Secret, Table, Work};
pub use threshold::{Arrival, Threshold};
pub use wire::WireError;
