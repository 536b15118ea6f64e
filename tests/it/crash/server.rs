//! The real program in a process of its own: started, asked whether it is ready, killed, started again on the same data.

use super::http;
use floorwalker::delivery::Signer;
use floorwalker::delivery::Token;
use std::fs::OpenOptions;
use std::io::BufRead;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

/// A debug build on a busy machine is slow; a start that takes longer has hung.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// What carts are made of.
const PRODUCTS: &str = "id,name,price,stock,category,brand,href,image\n\
    cup,Cup,1.00,100000,kitchen,Acme,/p/cup,/i/cup.svg\n\
    lamp,Lamp,40.00,100000,home,Acme,/p/lamp,/i/lamp.svg\n";

/// Directory of a shop: its configuration, its campaigns, its data.
pub struct Place {
    pub directory: PathBuf,
    pub data: PathBuf,
}

impl Place {
    /// A fresh directory. `budget` is how many codes the offer may give away.
    pub fn new(name: &str, budget: u32) -> Place {
        let unique = format!("floorwalker-crash-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(unique);
        let _ = std::fs::remove_dir_all(&directory);
        let place = Place { data: directory.join("data"), directory };
        let campaigns = place.directory.join("campaigns");
        std::fs::create_dir_all(&campaigns).expect("the temporary directory can be written");
        std::fs::write(place.directory.join("products.csv"), PRODUCTS).expect("written");
        for (name, text) in super::campaigns::all(budget) {
            std::fs::write(campaigns.join(format!("{name}.toml")), text).expect("written");
        }
        place.configure();
        place
    }

    fn configure(&self) {
        let config = format!(
            "[shop]\nkeys = [\"{}\"]\nproducts = \"products.csv\"\n\
             [store]\ndir = {:?}\n\
             [gateway]\nport = 0\nallow_missing_origin = true\nconnections_per_address = 10000\nhandshakes_per_second = 100000\n\
             [engine]\nexit_confirmation = \"100ms\"\ninterruptions_per_session = 20\ninterruption_spacing = \"0s\"\nchanges_per_page = 50\n\
             [traffic]\nserve_bots = true\n\
             [experiments]\nholdout = 0.0\n",
            crate::support::KEY,
            self.data.display().to_string(),
        );
        std::fs::write(self.config(), config).expect("written");
    }

    /// The same shop with its data elsewhere.
    pub fn move_to(&mut self, data: PathBuf) {
        self.data = data;
        self.configure();
    }

    fn config(&self) -> PathBuf {
        self.directory.join("floorwalker.toml")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_floorwalker"));
        command.args(["serve", "--config"]).arg(self.config()).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FLOORWALKER")) {
            command.env_remove(name);
        }
        command
    }

    /// Starts a process that is expected to refuse. Returns how it ended and what it said.
    pub fn refused(&self) -> (ExitStatus, String) {
        let mut child = self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let started = Instant::now();
        while child.try_wait().expect("it is ours").is_none() {
            if started.elapsed() > START_PATIENCE {
                let _ = child.kill();
                panic!("a second process on the same data did not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let output = child.wait_with_output().expect("it ended");
        (output.status, format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    }

    /// Starts a process that is killed before it is ready, in the middle of its recovery.
    pub async fn stillborn(&self, after: Duration) {
        let mut child = self.command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        tokio::time::sleep(after).await;
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
    }

    /// Tokens of this shop, read and made as the server does.
    pub fn signer(&self) -> Signer {
        let secrets = std::fs::read(self.data.join("secrets")).expect("the server has made its secrets");
        let key: [u8; 32] = secrets.get(..32).and_then(|key| key.try_into().ok()).expect("the first 32 bytes sign tokens");
        Signer::new(vec![key], 1)
    }

    pub fn admin_token(&self) -> String {
        self.signer().sign(&Token::Admin { nonce: [3; 16] }, u32::MAX)
    }

    /// The end of what the servers of this place said to their logs.
    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(self.directory.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

/// A running server. Dropping it kills the process.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to the first good answer of `/readyz`.
    pub ready_after: Duration,
}

impl Server {
    pub async fn start(place: &Place) -> Server {
        let log = OpenOptions::new().create(true).append(true).open(log_path(&place.directory)).expect("a log");
        let started = Instant::now();
        let mut child = place.command().stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let output = child.stdout.take().expect("it was piped");
        let (said, heard) = mpsc::channel();
        // Read to the end, so that the server never waits for us.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        let address = loop {
            match heard.try_recv() {
                Ok(line) => {
                    if let Some(address) = line.strip_prefix("engine").and_then(|rest| rest.trim().strip_prefix("http://")) {
                        break address.parse().expect("an address");
                    }
                }
                Err(mpsc::TryRecvError::Disconnected) => {
                    let status = child.wait().expect("it is ours");
                    panic!("the server did not start ({status})\n{}", place.log_tail());
                }
                Err(mpsc::TryRecvError::Empty) if started.elapsed() > START_PATIENCE => {
                    let _ = child.kill();
                    panic!("the server did not start in time\n{}", place.log_tail());
                }
                Err(mpsc::TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        };
        while http::get(address, "/readyz", None).await.is_none_or(|answer| answer.status != 200) {
            assert!(started.elapsed() < START_PATIENCE, "the server did not become ready\n{}", place.log_tail());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Server { child, address, ready_after: started.elapsed() }
    }

    /// SIGKILL: the process gets no chance to do anything.
    pub fn kill(mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// SIGSTOP: nothing more is written by it.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// SIGTERM, without waiting for what it does.
    pub fn ask_to_stop(&self) {
        self.signal("-TERM");
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().is_ok_and(|status| status.success()), "kill {signal} {pid}");
    }

    /// SIGTERM, and how the process ended within `patience`.
    pub async fn terminate(mut self, patience: Duration) -> Option<ExitStatus> {
        self.signal("-TERM");
        let asked = Instant::now();
        while asked.elapsed() < patience {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_path(directory: &Path) -> PathBuf {
    directory.join("server.log")
}
