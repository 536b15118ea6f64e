//! The admin interface over a real engine, without a socket.

mod access;
mod campaigns;
mod hostile;
mod live;
mod retell;
mod support;
