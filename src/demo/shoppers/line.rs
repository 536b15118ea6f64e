//! One WebSocket of a simulated shopper: MessagePack frames out and in, nothing of what they mean.

use crate::protocol::Encoding;
use crate::protocol::Limits;
use crate::protocol::wire::ClientFrame;
use crate::protocol::wire::ServerFrame;
use futures_util::SinkExt;
use futures_util::StreamExt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

/// The default of 128 KiB per socket is for servers of few.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// A connection that does not open, or a write that does not end, within this is given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a page that said goodbye waits for the other side to hang up.
const GOODBYE: Duration = Duration::from_millis(500);

/// An open connection.
pub struct Line {
    socket: WebSocketStream<TcpStream>,
}

/// What came in.
#[derive(Debug)]
pub enum Heard {
    Frame(Box<ServerFrame>),
    /// Not a frame of this protocol.
    Noise,
    /// The connection is gone, with the close code if one was said and 0 if not.
    Closed(u16),
}

impl Line {
    /// Opens a connection as a browser on the shop's page would. `None` if nobody answers or the answer is no.
    pub async fn open(address: SocketAddr, user_agent: &'static str) -> Option<Line> {
        let mut request = format!("ws://{address}/v1/socket").into_client_request().ok()?;
        let headers = request.headers_mut();
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(Encoding::MessagePack.subprotocol()));
        headers.insert(header::ORIGIN, HeaderValue::from_str(&format!("http://{address}")).ok()?);
        headers.insert(header::USER_AGENT, HeaderValue::from_static(user_agent));
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(4 * Limits::MESSAGE_BYTES_MAX)
            .max_message_size(Some(1 << 20))
            .max_frame_size(Some(1 << 20));
        let opening = async {
            let stream = TcpStream::connect(address).await.ok()?;
            stream.set_nodelay(true).ok()?;
            tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await.ok()
        };
        let (socket, _) = timeout(PATIENCE, opening).await.ok()??;
        Some(Line { socket })
    }

    /// Sends a frame. False if the connection is gone.
    pub async fn send(&mut self, frame: &ClientFrame) -> bool {
        let Ok(bytes) = rmp_serde::to_vec_named(frame) else { return false };
        matches!(timeout(PATIENCE, self.socket.send(Message::Binary(bytes.into()))).await, Ok(Ok(())))
    }

    /// The next frame. Nothing is lost if the future is dropped before it ends.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => {
                    return rmp_serde::from_slice(&bytes).map_or(Heard::Noise, |frame| Heard::Frame(Box::new(frame)));
                }
                Some(Ok(Message::Text(_))) => return Heard::Noise,
                Some(Ok(Message::Close(said))) => return Heard::Closed(said.map_or(0, |said| said.code.into())),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(_)) | None => return Heard::Closed(0),
            }
        }
    }

    /// Waits until the other side has read everything and hung up, calling `hear` with what it still says, then closes.
    ///
    /// A socket that is dropped with unread bytes in it resets the connection, and what was sent last might never be read.
    pub async fn part(mut self, mut hear: impl FnMut(ServerFrame)) {
        let close = CloseFrame { code: CloseCode::Normal, reason: "".into() };
        let parting = async {
            let _ = self.socket.send(Message::Close(Some(close))).await;
            while let Some(Ok(message)) = self.socket.next().await {
                if let Message::Binary(bytes) = message
                    && let Ok(frame) = rmp_serde::from_slice(&bytes)
                {
                    hear(frame);
                }
            }
        };
        let _ = timeout(GOODBYE, parting).await;
    }
}
