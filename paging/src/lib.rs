//! The four arguments of a Relay connection, written once: async-graphql cannot flatten arguments as it flattens fields.

use proc_macro::TokenStream;
use quote::quote;
use syn::{FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Pat, Type, parse_macro_input, parse_quote};

/// Stands above `#[Object]`. Where a resolver has a parameter of the type `Paging`, clients see its members as the
/// arguments `first`, `after`, `last` and `before`.
#[proc_macro_attribute]
pub fn paged(_: TokenStream, object: TokenStream) -> TokenStream {
    let mut object = parse_macro_input!(object as ItemImpl);
    for item in &mut object.items {
        if let ImplItem::Fn(resolver) = item {
            flatten(resolver);
        }
    }
    quote!(#object).into()
}

/// Replaces the parameter by the four arguments, of which the function then makes it.
fn flatten(resolver: &mut ImplItemFn) {
    let mut inputs = syn::punctuated::Punctuated::new();
    for input in std::mem::take(&mut resolver.sig.inputs) {
        let Some((paging, paging_type)) = paging(&input) else {
            inputs.push(input);
            continue;
        };
        let arguments: [FnArg; 4] = [
            parse_quote! {
                #[graphql(desc = "How many items to take from the start of the list: at most 200, 50 when neither `first` nor `last` is given.")]
                first: Option<i32>
            },
            parse_quote! {
                #[graphql(desc = "Take items after this cursor only.")]
                after: Option<String>
            },
            parse_quote! {
                #[graphql(desc = "How many items to take from the end of the list: at most 200.")]
                last: Option<i32>
            },
            parse_quote! {
                #[graphql(desc = "Take items before this cursor only.")]
                before: Option<String>
            },
        ];
        inputs.extend(arguments);
        let statement = parse_quote! { let #paging = #paging_type { first, after, last, before }; };
        resolver.block.stmts.insert(0, statement);
    }
    resolver.sig.inputs = inputs;
}

/// The name and the type of a parameter whose type is called `Paging`.
fn paging(input: &FnArg) -> Option<(Ident, Type)> {
    let FnArg::Typed(parameter) = input else { return None };
    let (Pat::Ident(name), Type::Path(path)) = (&*parameter.pat, &*parameter.ty) else { return None };
    let is_paging = path.path.segments.last().is_some_and(|segment| segment.ident == "Paging");
    is_paging.then(|| (name.ident.clone(), (*parameter.ty).clone()))
}
