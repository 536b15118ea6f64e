//! How good the learning is, measured on recorded and simulated data beside other methods.

mod chance;
mod players;
mod plot;
mod rounds;
mod shoppers;
mod simulate;
mod trials;

pub use chance::Chance;
pub use players::METHODS;
pub use players::Method;
pub use players::Played;
pub use players::play;
pub use plot::Line;
pub use plot::plot;
pub use rounds::Round;
pub use rounds::Rounds;
pub use rounds::View;
pub use shoppers::Ranked;
pub use shoppers::cross_validate;
pub use shoppers::roc_auc;
pub use simulate::Orders;
pub use simulate::Simulated;
pub use simulate::World;
pub use simulate::simulate;
pub use trials::Trial;
pub use trials::Uplifted;
pub use trials::uplift;
