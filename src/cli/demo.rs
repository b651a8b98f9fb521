//! `copartner demo`: an invented world in a file of its own, served with a token for everyone in it.

use std::io::ErrorKind;
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use entity::Word;

use super::{CliResult, lock, log, open, print, say, serve};
use crate::clock;
use crate::config::Config;
use crate::demo::{CastMember, OPERATOR, cast, furnish};
use crate::http::{DemoIdentity, GraphiqlPage, Hosts, HttpSettings};
use access::Database;
use token::{DevelopmentIssuer, MintRequest};

/// How long a token of the demo is good.
const A_DAY: Duration = Duration::from_hours(24);

/// What is different in a demo unless it is configured: it has no metrics, its terminal tells what is amiss only, and
/// errors suggest the right name for a misspelt one.
const DEFAULTS: [(&str, &str); 3] =
    [("metrics_listen", ""), ("log.filter", "warn"), ("limits.suggestions", "true")];

/// Run a server over an invented world, to explore in a browser: nothing to install, nothing to configure.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The configuration file [default: copartner.toml, if there is one]. Its database, its keys and its issuers are left
    /// alone: the demo has its own
    #[arg(long, value_name = "FILE", env = "COPARTNER_CONFIG")]
    config: Option<PathBuf>,
    /// The address and port to listen on [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Listen on an address that others can reach, and answer to any name. Whoever reaches it can be anyone in the demo
    #[arg(long)]
    expose_to_network: bool,
    /// The address and port that the metrics are read at [default: none]
    #[arg(long, value_name = "ADDR:PORT")]
    metrics_listen: Option<String>,
    /// The directory that the world is kept in, apart from any other data
    #[arg(long, value_name = "DIR", default_value = open::DEMO_DIRECTORY)]
    data: PathBuf,
    /// Make the world anew, and forget what was done in it
    #[arg(long)]
    fresh: bool,
    /// Print a token for everyone in it, each good for a day
    #[arg(long)]
    tokens: bool,
}

impl Demo {
    pub(crate) async fn run(self) -> CliResult {
        let config = self.configured()?;
        if !self.expose_to_network {
            refuse_strangers(&config.listen)?;
        }
        log::start(&config.log)?;
        let options = config.store().map_err(say)?;
        let listener = serve::prepare(&config)?;
        if self.fresh {
            forget(&options.database)?;
        }
        let _in_use = lock::hold(&options.database)?;
        let store = open::open_current(options).await?;
        furnish(&store, clock::now()).await.map_err(|error| open::describe("the demo's world", &error))?;
        let issuer = Arc::new(serve::development_issuer(&config)?);
        let page = GraphiqlPage { identities: Some(identities(&issuer)) };
        let startup = serve::Startup { listener, development: Some(&issuer), page };
        let (running, _beside) = startup.start(&config, store).await?;
        if self.tokens {
            print(&tokens(&issuer))?;
        }
        print(&welcome(&running.address.to_string(), &self.data))?;
        // Nobody balances anything over a demo.
        running.run_until_signal(Duration::ZERO).await.map_err(say)
    }

    /// The configuration, but for all that says whose data are served and who is let in.
    fn configured(&self) -> CliResult<Config> {
        let config = Config::read_over(&DEFAULTS, self.config.as_deref()).map_err(say)?;
        let hosts = if self.expose_to_network { Hosts::Any } else { Hosts::Loopback };
        Ok(Config {
            listen: self.listen.clone().unwrap_or(config.listen),
            metrics_listen: self.metrics_listen.clone().unwrap_or(config.metrics_listen),
            data: self.data.clone(),
            database: None,
            database_file: None,
            log_key: None,
            operator_tenant: Some(OPERATOR),
            development_issuer: true,
            issuers: Vec::new(),
            http: HttpSettings { hosts, ..config.http },
            ..config
        })
    }
}

/// Fails for an address that is not this machine's alone.
fn refuse_strangers(listen: &str) -> CliResult {
    // What is not an address fails when it is listened on.
    let mut addresses = listen.to_socket_addrs().into_iter().flatten();
    match addresses.find(|address| !address.ip().is_loopback()) {
        None => Ok(()),
        Some(_) => Err(format!(
            "the demo does not listen on {listen}, because whoever reaches it there can be anyone in it. Choose an address \
             of this machine alone, such as 127.0.0.1:4000, or say --expose-to-network if that is what you want."
        )),
    }
}

/// Removes the world, unless a server has it open, and nothing else that may lie beside it.
fn forget(database: &Database) -> CliResult {
    let Database::Sqlite(path) = database else { return Ok(()) };
    let _alone = lock::claim(path)?;
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(suffix);
        match std::fs::remove_file(&file) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                return Err(format!("{} cannot be removed: {cause}.", Path::new(&file).display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Everyone in the cast, with fresh tokens each time someone opens the page.
fn identities(issuer: &Arc<DevelopmentIssuer>) -> crate::http::Identities {
    let issuer = Arc::clone(issuer);
    Arc::new(move || {
        cast()
            .into_iter()
            .map(|member| DemoIdentity {
                token: mint(&issuer, &member),
                key: member.key.to_owned(),
                name: member.name.to_owned(),
                kind: member.kind.name(),
                description: member.description.to_owned(),
            })
            .collect()
    })
}

fn mint(issuer: &DevelopmentIssuer, member: &CastMember) -> String {
    let request = MintRequest {
        tenant: member.tenant,
        subject: member.subject.to_owned(),
        roles: member.roles.clone(),
        groups: member.groups.clone(),
        mfa: member.mfa,
        application: false,
        valid_for: A_DAY,
    };
    issuer.mint(&request, clock::now()).unwrap_or_default()
}

/// A token for everyone in the cast.
fn tokens(issuer: &DevelopmentIssuer) -> String {
    let entry = |member: CastMember| {
        format!("{} - {}\n  {}\n\n", member.name, member.description, mint(issuer, &member))
    };
    cast().into_iter().map(entry).collect()
}

/// What there is to see and how, in less than the 24 lines of a small terminal: the address last, where the eye is.
fn welcome(address: &str, data: &Path) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "copartner".to_owned());
    let data = data.display();
    format!(
        "\
copartner demo: an invented world, kept in {data}

Contoso works with two partners, Fabrikam and Northwind, who do not see
each other. Tailspin is a stranger. Whoever reaches this can be any of them.

From a terminal, what Fabrikam sees of Contoso:

  TOKEN=$({program} token --data {data} --tenant fabrikam --role ADMIN_AGENT)
  curl http://{address}/graphql -H \"Authorization: Bearer $TOKEN\" \\
    -H 'Content-Type: application/json' \\
    -d '{{\"query\":\"{{ customer(by: {{domain: \\\"contoso.example\\\"}}) {{ name subscriptions {{ totalCount }} }} }}\"}}'

A token for each of them: start it with --tokens.
Stop with Ctrl+C; the world stays as you leave it.

Open http://{address}/graphql and choose who to be.
"
    )
}
