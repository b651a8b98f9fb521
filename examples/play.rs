#![allow(warnings)]
use std::io::BufRead;
use async_graphql::parser::types::*;
use copartner::graphql::door::*;
fn sel(s:&SelectionSet, out:&mut String){ out.push('{'); for i in &s.items { match &i.node { Selection::Field(f)=>{ let f=&f.node; if let Some(a)=&f.alias { out.push_str(&format!("{}: ",a.node)); } out.push_str(&f.name.node); if !f.arguments.is_empty(){ out.push('('); for (n,v) in &f.arguments { out.push_str(&format!("{}: {}, ",n.node,v.node)); } out.push(')'); } if !f.selection_set.node.items.is_empty(){ sel(&f.selection_set.node,out);} else {out.push(' ');} } Selection::InlineFragment(f)=>{ out.push_str(&format!("... on {} ", f.node.type_condition.as_ref().unwrap().node.on.node)); sel(&f.node.selection_set.node,out);} _=>panic!() } } out.push('}'); }
fn main(){
  let sdl=std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
  let mut l=Limits::default();
  if std::env::args().nth(2).as_deref()==Some("wide") { l.depth=100; l.cost=u64::MAX; l.fields=100000; l.aliases=10000; l.root_fields=1000; l.directives=10000; l.introspection_cost=u64::MAX; l.introspection_depth=100; l.tokens=100000; }
  let door=Door::new(&sdl,l).unwrap();
  for line in std::io::stdin().lock().lines(){ let line=line.unwrap(); let v:serde_json::Value=serde_json::from_str(&line).unwrap(); let empty=serde_json::Map::new();
    let t=std::time::Instant::now();
    let r=door.admit(Ask{query:v["query"].as_str().unwrap(),operation_name:v["operationName"].as_str(),variables:v["variables"].as_object().unwrap_or(&empty)});
    let us=t.elapsed().as_micros();
    let o=match r { Ok(a)=>{ let mut s=String::new(); let op=match &a.document.operations {DocumentOperations::Single(o)=>o.clone(),DocumentOperations::Multiple(m)=>m.values().next().unwrap().clone()}; s.push_str(&op.node.ty.to_string()); if let Some(n)=&a.name {s.push(' ');s.push_str(n);} sel(&op.node.selection_set.node,&mut s); serde_json::json!({"ok":s,"cost":a.cost,"us":us}) } Err(e)=>{ let k=match &e {Refusal::Parse(_)=>"parse",Refusal::Validation(_)=>"validation",Refusal::Operation(_)=>"operation",Refusal::Variables(_)=>"variables",Refusal::TooComplex(_)=>"complex"}; serde_json::json!({"refused":k,"messages":e.complaints().iter().map(|c|c.message.clone()).collect::<Vec<_>>(),"us":us}) } };
    println!("{o}");
  }
}
