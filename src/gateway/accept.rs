//! Our own accept loop: `axum::serve` has no limit on how long a header may take.

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt;

/// Bounds of the accept loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accept {
    /// A request's head must be complete within this time. Default 5 s.
    pub header_within: Duration,
    /// Connections at a time; more wait in the listener's queue. Default 100,000.
    pub connections_max: usize,
    /// Connections of one address at a time; loopback is exempt. Default 500.
    pub per_address_max: usize,
}

impl Default for Accept {
    fn default() -> Self {
        Accept { header_within: Duration::from_secs(5), connections_max: 100_000, per_address_max: 500 }
    }
}

/// Serves until `stop` turns true, then lets requests in flight end. Upgraded connections belong to their sessions.
pub async fn serve(listener: TcpListener, router: Router, bounds: Accept, mut stop: watch::Receiver<bool>) {
    let open = Arc::new(AtomicUsize::new(0));
    let addresses: Arc<papaya::HashMap<IpAddr, usize>> = Arc::new(papaya::HashMap::new());
    loop {
        let (stream, address) = tokio::select! {
            biased;
            () = stopped(&mut stop) => return,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: existing connections must end before new ones can begin.
                    tracing::warn!(%error, "failed to accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let exempt = address.ip().is_loopback();
        if open.load(Ordering::Relaxed) >= bounds.connections_max {
            continue;
        }
        if !exempt && *addresses.pin().update_or_insert(address.ip(), |count| count + 1, 1) > bounds.per_address_max {
            release(&addresses, address.ip());
            continue;
        }
        let _ = stream.set_nodelay(true);
        open.fetch_add(1, Ordering::Relaxed);
        let (router, open, addresses, mut stop) = (router.clone(), open.clone(), addresses.clone(), stop.clone());
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
                request.extensions_mut().insert(ConnectInfo(address));
                router.clone().oneshot(request)
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(bounds.header_within)
                .max_buf_size(64 * 1_024)
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stopped(&mut stop) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = tokio::time::timeout(Duration::from_secs(5), connection).await;
                }
            }
            open.fetch_sub(1, Ordering::Relaxed);
            if !exempt {
                release(&addresses, address.ip());
            }
        });
    }
}

/// Ends when the server stops; a dropped sender is a stop too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn release(addresses: &papaya::HashMap<IpAddr, usize>, address: IpAddr) {
    let addresses = addresses.pin();
    addresses.compute(address, |entry| match entry {
        Some((_, count)) if *count > 1 => papaya::Operation::Insert(count - 1),
        Some(_) => papaya::Operation::Remove,
        None => papaya::Operation::<usize, ()>::Abort(()),
    });
}
