//! `copartner demo`: an invented world in a file of its own, served with a token for everyone in it.

use std::io::ErrorKind;
use std::net::ToSocketAddrs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use sea_orm::ActiveEnum;

use super::{Outcome, lock, log, open, say, serve};
use crate::access::Database;
use crate::clock;
use crate::config::Config;
use crate::demo::{CastMember, OPERATOR, cast, furnish};
use crate::graphql::door::Limits;
use crate::http::{DemoIdentity, Hosts, HttpSettings, Page};
use crate::token::{DevelopmentIssuer, MintRequest};

/// How long a token of the demo is good.
const A_DAY: Duration = Duration::from_hours(24);

/// Run a server over an invented world, to explore in a browser: nothing to install, nothing to configure.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:4000", env = "COPARTNER_LISTEN")]
    listen: String,
    /// Listen on an address that others can reach, and answer to any name. Whoever reaches it can be anyone in the demo
    #[arg(long)]
    expose_to_network: bool,
    /// The address and port that the metrics are read at [default: none]
    #[arg(
        long,
        value_name = "ADDR:PORT",
        env = "COPARTNER_METRICS_LISTEN",
        default_value = "",
        hide_default_value = true
    )]
    metrics_listen: String,
    /// The directory that the world is kept in, apart from any other data
    #[arg(long, value_name = "DIR", default_value = "copartner-demo")]
    data: PathBuf,
    /// Make the world anew, and forget what was done in it
    #[arg(long)]
    fresh: bool,
}

impl Demo {
    pub(crate) async fn run(self) -> Outcome {
        if !self.expose_to_network {
            refuse_strangers(&self.listen)?;
        }
        let hosts = if self.expose_to_network { Hosts::Any } else { Hosts::Loopback };
        let mut config = Config {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            data: self.data,
            operator_tenant: Some(OPERATOR),
            development_issuer: true,
            http: HttpSettings { hosts, ..HttpSettings::default() },
            limits: Limits { suggestions: true, ..Limits::default() },
            ..Config::default()
        };
        "warn".clone_into(&mut config.log.filter);
        log::start(&config.log)?;
        let options = config.store().map_err(say)?;
        if self.fresh {
            forget(&options.database)?;
        }
        let issuer = serve::development_issuer(&config)?.ok_or("the demo has no issuer")?;
        let issuer = Arc::new(issuer);
        let _in_use = lock::hold(&options.database)?;
        let store = open::open_current(options).await?;
        furnish(&store, clock::now()).await.map_err(|error| open::describe("the demo's world", &error))?;
        let page = Page { identities: Some(identities(&issuer)) };
        let (running, _timer) = serve::start(&config, store, Some(&issuer), page).await?;
        welcome(&running.address.to_string(), &issuer, &config.data);
        running.stopped().await.map_err(say)
    }
}

/// Fails for an address that is not this machine's alone.
fn refuse_strangers(listen: &str) -> Outcome {
    // What is no address is told when it is to be listened on.
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
fn forget(database: &Database) -> Outcome {
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
                kind: member.kind.to_value(),
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

fn welcome(address: &str, issuer: &DevelopmentIssuer, data: &Path) {
    println!("copartner demo: open http://{address}/graphql and be anyone in it with one click.\n");
    println!(
        "Contoso works with two partners, Fabrikam and Northwind, who do not see each other. Tailspin is a stranger."
    );
    println!("A token for each, good for a day:\n");
    let mut fabrikam = String::new();
    for member in cast() {
        let token = mint(issuer, &member);
        println!("{} - {}\n  {token}\n", member.name, member.description);
        if member.key == "fabrikam" {
            fabrikam = token;
        }
    }
    println!("What Fabrikam sees of Contoso, from a terminal:\n");
    println!("  curl http://{address}/graphql -H 'Content-Type: application/json' \\");
    println!("    -H 'Authorization: Bearer {fabrikam}' \\");
    println!(
        "    -d '{{\"query\":\"{{ customer(by: {{ domain: \\\"contoso.example\\\" }}) {{ name subscriptions {{ totalCount nodes {{ friendlyName quantity }} }} }} }}\"}}'\n"
    );
    println!(
        "More tokens: copartner token --data {} --tenant fabrikam --role ADMIN_AGENT. Stop with Ctrl+C; the world stays as you leave it.",
        data.display()
    );
}
