//! As much HTTP as the test needs: one request, one answer, one connection.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// `None`: nobody answered.
pub async fn get(address: SocketAddr, path: &str, token: Option<&str>) -> Option<Answer> {
    request(address, "GET", path, token, "application/json", b"").await
}

pub async fn post(address: SocketAddr, path: &str, token: Option<&str>, kind: &str, body: &[u8]) -> Option<Answer> {
    request(address, "POST", path, token, kind, body).await
}

async fn request(address: SocketAddr, method: &str, path: &str, token: Option<&str>, kind: &str, body: &[u8]) -> Option<Answer> {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{authorization}Content-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(body).await.ok()?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let status = std::str::from_utf8(bytes.get(9..12)?).ok()?.parse().ok()?;
        Some(Answer { status, body: bytes.split_off(end + 4) })
    };
    tokio::time::timeout(PATIENCE, exchange).await.ok()?
}
