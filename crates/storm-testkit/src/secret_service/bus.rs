//! A message bus of its own for each test: nothing of the desktop's is on it, and nothing can be started from it but what the
//! test installs.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use uuid::Uuid;

/// A folder for a bus, and the bus once it is started. It ends with the test.
pub struct PrivateBus {
    folder: PathBuf,
    address: String,
    daemon: Option<Child>,
}

impl Default for PrivateBus {
    fn default() -> Self {
        // Short: a socket's path may have 108 bytes.
        let folder = std::env::temp_dir().join(format!("storm-bus-{}", &Uuid::new_v4().simple().to_string()[..12]));
        fs::create_dir(&folder).unwrap();
        let address = format!("unix:path={}", folder.join("bus").display());
        Self { folder, address, daemon: None }
    }
}

impl PrivateBus {
    /// A bus that runs.
    pub fn started() -> Self {
        let mut bus = Self::default();
        bus.start();
        bus
    }

    /// Where the bus is, or will be.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Installs a program that the bus starts when somebody asks for secrets.
    pub fn install_keyring(&self, program: &str) {
        let service = format!("[D-BUS Service]\nName=org.freedesktop.secrets\nExec={program}\n");
        fs::write(self.folder.join("org.freedesktop.secrets.service"), service).unwrap();
    }

    /// Starts the bus, and returns when it can be reached.
    pub fn start(&mut self) {
        let configuration = format!(
            "<busconfig><type>session</type><listen>{}</listen><servicedir>{}</servicedir>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
             <allow own=\"*\"/></policy></busconfig>",
            self.address(),
            self.folder.display(),
        );
        let path = self.folder.join("bus.conf");
        fs::write(&path, configuration).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", path.display()))
            .args(["--nofork", "--print-address"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        assert!(address.starts_with("unix:"), "the bus did not start");
        self.daemon = Some(daemon);
    }
}

impl PrivateBus {
    /// Ends the bus; it can be started again at the same address.
    pub fn stop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().unwrap();
            daemon.wait().unwrap();
        }
    }
}

impl Drop for PrivateBus {
    fn drop(&mut self) {
        self.stop();
        fs::remove_dir_all(&self.folder).unwrap();
    }
}
