//! The admin interface over a real engine, without a socket.

mod access;
mod campaigns;
mod hostile;
mod live;
mod offers;
mod quality;
mod recommendations;
mod retell;
mod support;
