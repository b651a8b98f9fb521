#![allow(warnings, clippy::all)]
use copartner::access::*;
use copartner::import::*;
use std::time::*;
fn main() {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(
        async {
            let a: Vec<String> = std::env::args().collect();
            let database = if a[1].starts_with("postgres") {
                Database::Postgres(a[1].clone())
            } else {
                Database::Sqlite(a[1].clone().into())
            };
            let store = Store::open(StoreOptions {
                database,
                operator: None,
                connections: 4,
                acquire_timeout: Duration::from_secs(5),
                statement_timeout: Duration::from_secs(30),
            })
            .await
            .unwrap();
            store.migrate_up().await.unwrap();
            let f = std::io::BufReader::with_capacity(1 << 16, std::fs::File::open(&a[2]).unwrap());
            let t = Instant::now();
            let mut n = 0;
            let r = import(&store, f, Options { keep_good: false, at: copartner::clock::now() }, |p| {
                n += 1;
                if n % 50 == 0 {
                    eprintln!("{} {:?}", p.lines, t.elapsed());
                }
            })
            .await
            .unwrap();
            println!(
                "{:?} bad {} {:?} written {} in {:?}",
                r.counts,
                r.bad_lines,
                r.bad.first(),
                r.is_written,
                t.elapsed()
            );
            store.close().await;
        },
    )
}
