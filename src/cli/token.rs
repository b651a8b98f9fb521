//! `copartner token`: mints and explains.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use entity::TenantRole;
use entity::Word;
use token::{DevelopmentIssuer, Issuers, MintRequest, Rejection, TokenCheck, Verifier};
use uuid::Uuid;

use super::{CliResult, Settings, open, print, say, tenant};
use crate::config::Config;
use crate::trust::Trust;
use crate::{clock, key_file};
use access::StoreOptions;

/// Mint a token of the development issuer, or explain one against the configuration.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Token {
    #[command(subcommand)]
    check: Option<TokenCommand>,
    #[command(flatten)]
    mint: Mint,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Explain a token, check by check. It is read from standard input unless given
    Check {
        #[command(flatten)]
        settings: Settings,
        /// Accept tokens of the development issuer too
        #[arg(long)]
        development_issuer: bool,
        /// The token; better on standard input, where no one else sees it
        token: Option<String>,
    },
}

/// What the token is to say.
#[derive(Debug, Args)]
struct Mint {
    #[command(flatten)]
    settings: Settings,
    /// Whose principal: a tenant's id, its domain, the first word of its name, or `operator`
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// A role in that tenant, such as ADMIN_AGENT; may be repeated
    #[arg(long = "role", value_name = "ROLE", value_parser = role)]
    roles: Vec<TenantRole>,
    /// The object id of a security group; may be repeated
    #[arg(long = "group", value_name = "UUID")]
    groups: Vec<Uuid>,
    /// The principal
    #[arg(long, value_name = "NAME", default_value = "developer")]
    subject: String,
    /// Without a second factor
    #[arg(long)]
    no_mfa: bool,
    /// The token of an application, without a user
    #[arg(long)]
    application: bool,
    /// For how long it is good, such as 30m, 1h or 1d; at most a day
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = duration)]
    ttl: Duration,
}

fn role(name: &str) -> Result<TenantRole, String> {
    TenantRole::named(&name.to_uppercase().replace('-', "_")).ok_or_else(|| {
        "one of ADMIN_AGENT, SALES_AGENT, HELPDESK_AGENT, CUSTOMER_ADMINISTRATOR, CUSTOMER_READER, OPERATOR".to_owned()
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let unit = text.char_indices().next_back().map(|(at, unit)| (&text[..at], unit));
    let seconds = match unit {
        Some((number, 's')) => number.parse().ok(),
        Some((number, 'm')) => number.parse().ok().and_then(|n: u64| n.checked_mul(60)),
        Some((number, 'h')) => number.parse().ok().and_then(|n: u64| n.checked_mul(3_600)),
        Some((number, 'd')) => number.parse().ok().and_then(|n: u64| n.checked_mul(86_400)),
        _ => None,
    };
    seconds.map(Duration::from_secs).ok_or_else(|| "a number with s, m, h or d, such as 1h".to_owned())
}

impl Token {
    pub(crate) async fn run(self) -> CliResult {
        match self.check {
            Some(TokenCommand::Check { settings, development_issuer, token }) => {
                let mut config = settings.read().map_err(say)?;
                config.development_issuer |= development_issuer;
                check(config, token).await
            }
            None => self.mint.run().await,
        }
    }
}

impl Mint {
    async fn run(self) -> CliResult {
        let Some(name) = self.tenant else {
            return Err("say whose token it is to be: --tenant TENANT.".to_owned());
        };
        let config = self.settings.read().map_err(say)?;
        let options = config.store().map_err(say)?;
        let database = async || open::open_existing(options).await;
        let tenant = tenant::find(database, config.operator_tenant, &name).await?;
        let issuer = development_issuer(&config)?;
        let request = MintRequest {
            tenant,
            subject: self.subject,
            roles: self.roles,
            groups: self.groups,
            mfa: !self.no_mfa && !self.application,
            application: self.application,
            valid_for: self.ttl,
        };
        let token = issuer.mint(&request, clock::now()).map_err(|error| error.sentence().to_owned())?;
        print(&format!("{token}\n"))
    }
}

async fn check(config: Config, token: Option<String>) -> CliResult {
    let token = token.map_or_else(
        || {
            let mut token = String::new();
            std::io::stdin().take(64 * 1024).read_to_string(&mut token).map_err(say).map(|_| token)
        },
        Ok,
    )?;
    let development = config.development_issuer.then(|| development_issuer(&config)).transpose()?;
    let options = config.store().map_err(say)?;
    let issuers = Issuers::new(config.issuers, development.as_ref()).map_err(|error| error.sentence())?;
    let verifier = Arc::new(Verifier::new(issuers));
    if let Err(why) = learn_trust(options, &verifier).await {
        eprintln!(
            "copartner: what was revoked at run time, and whom the operator trusts besides, is left out: {why}"
        );
    }
    let checks = verifier.explain(token.trim(), clock::now()).await;
    for check in &checks {
        let word = if check.passed() { "ok    " } else { "FAILED" };
        print(&format!("{word} {:<14} {}\n", check.name, check.detail))?;
    }
    let mut failed = checks.iter().filter_map(|check| check.rejection);
    if checks.iter().all(TokenCheck::passed) {
        print("The token is accepted.\n")
    } else if failed.all(Rejection::passes) {
        Err("the token cannot be verified, since its issuer's keys cannot be read. A server answers it 503, until it can read them, \
             unless it has keys that are not too old yet."
            .to_owned())
    } else {
        Err("the token is refused.".to_owned())
    }
}

/// Tells the verifier what the database says of whom it trusts, as a server does.
async fn learn_trust(options: StoreOptions, verifier: &Arc<Verifier>) -> CliResult {
    let store = open::open_existing(options).await?;
    let place = open::place(store.database());
    let learnt = Trust::load(store.clone(), Arc::clone(verifier), Duration::ZERO).await.map(drop);
    store.close().await;
    learnt.map_err(|error| open::describe(&place, &error))
}

/// The development issuer whose key a server has made.
fn development_issuer(config: &Config) -> CliResult<DevelopmentIssuer> {
    let key = key_file::open(&config.development_key()).map_err(|error| error.sentence())?;
    key.as_ref().map(DevelopmentIssuer::new).ok_or_else(|| {
        format!(
            "the directory {} has no key of a development issuer. Name that of the server with --data DIR; a server makes \
             the key when it is first started with --development-issuer.",
            config.data.display()
        )
    })
}
