//! What a program gets of the host: variables, directories, the network.

use std::path::PathBuf;

use anyhow::Result;
use wasmtime_wasi::WasiCtxBuilder;

use super::host::Requests;

/// What is granted to the programs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Grants")]
pub(crate) struct GrantArgs {
    /// Set an environment variable, or pass one on
    #[arg(long = "env", value_name = "NAME[=VALUE]", value_parser = variable)]
    variables: Vec<(String, String)>,

    /// Give the programs a directory of the host, beside the filesystem in memory
    ///
    /// Its guest path is HOST where none is given; `/` puts it in the place of the filesystem in memory.
    #[arg(long = "dir", value_name = "HOST[::GUEST]", value_parser = directory)]
    pub(crate) directories: Vec<Directory>,

    /// Let the programs use the network: sockets, name lookup and http requests
    ///
    /// Servers of https requests are known by the certificate authorities that Mozilla trusts, as built in.
    #[arg(long)]
    allow_net: bool,
}

/// A host directory, and where the program sees it.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    pub(crate) host: PathBuf,
    pub(crate) guest: String,
}

impl GrantArgs {
    /// Adds the variables and the network. `own` are variables that the tool sets: they win.
    pub(crate) fn apply(&self, builder: &mut WasiCtxBuilder, own: &[(&str, String)]) {
        let is_own = |name: &str| own.iter().any(|&(own, _)| own == name);
        for (name, value) in own {
            builder.env(name, value);
        }
        for (name, value) in &self.variables {
            if !is_own(name) {
                builder.env(name, value);
            }
        }
        if self.allow_net {
            builder
                .inherit_network()
                .allow_ip_name_lookup(true)
                .allow_tcp(true)
                .allow_udp(true);
        }
    }

    /// What becomes of the http requests that programs send.
    pub(crate) fn requests(&self) -> Requests {
        match self.allow_net {
            true => Requests::Sent,
            false => Requests::Denied,
        }
    }

    /// An option that is given and about files.
    pub(crate) fn files_option(&self) -> Option<&'static str> {
        (!self.directories.is_empty()).then_some("--dir")
    }

    /// Whether a host directory is what the programs see as `/`.
    pub(crate) fn replaces_root(&self) -> bool {
        self.directories.iter().any(|dir| dir.guest == "/")
    }
}

fn directory(text: &str) -> Result<Directory, String> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    match host.is_empty() || guest.is_empty() {
        true => Err("write HOST::GUEST".into()),
        false => Ok(Directory {
            host: host.into(),
            guest: guest.into(),
        }),
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    if let Some((name, value)) = text.split_once('=') {
        return Ok((name.into(), value.into()));
    }
    match std::env::var(text) {
        Ok(value) => Ok((text.into(), value)),
        Err(_) => Err(format!("`{text}` is not set here: write {text}=VALUE")),
    }
}
