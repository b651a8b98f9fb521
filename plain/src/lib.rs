//! Which fields of an object are plain: those whose resolver is no `async fn`. They are stated once, as resolvers that
//! async-graphql describes and calls like any other; this macro makes of the same functions what writes them without it.

use proc_macro::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Arm, Attribute, Error, FnArg, ImplItem, ImplItemFn, ItemImpl, LitStr, Meta, parse_macro_input,
    parse_quote,
};

/// Stands above `#[Object]`: implements `Plain`, and lets the object be resolved by `graphql/writing`.
#[proc_macro_attribute]
pub fn plain(_: TokenStream, object: TokenStream) -> TokenStream {
    let mut object = parse_macro_input!(object as ItemImpl);
    let Some(engine) = object.attrs.iter_mut().find(|attribute| is_object(attribute)) else {
        return Error::new_spanned(&object.self_ty, "`#[plain]` stands above `#[Object]`")
            .into_compile_error()
            .into();
    };
    divert(engine);
    let arms = object.items.iter().filter_map(|item| match item {
        ImplItem::Fn(resolver) => arm(resolver),
        _ => None,
    });
    let (generics, _, conditions) = object.generics.split_for_impl();
    let ty = &object.self_ty;
    quote! {
        impl #generics crate::graphql::writing::Plain for #ty #conditions {
            fn plain(name: &str) -> Option<crate::graphql::writing::PlainField<Self>> {
                Some(match name {
                    #(#arms)*
                    _ => return None,
                })
            }
        }

        #object
    }
    .into()
}

fn is_object(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "Object")
}

/// Lets what `#[Object]` makes call our functions where they have the names of the engine's.
fn divert(object: &mut Attribute) {
    let path = object.path();
    let others = match &object.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => quote!(),
    };
    object.meta = parse_quote!(#path(crate = "crate::graphql::writing::engine", #others));
}

/// Writes a plain field, by the name that clients know. `#[Object]` gives each resolver a context that has none.
fn arm(resolver: &ImplItemFn) -> Option<Arm> {
    let takes_arguments = resolver.sig.inputs.iter().skip(1).any(|input| !is_context(input));
    let is_renamed = resolver.attrs.iter().any(|attribute| attribute.path().is_ident("graphql"));
    if resolver.sig.asyncness.is_some() || takes_arguments || is_renamed {
        return None;
    }
    let name = &resolver.sig.ident;
    let field = LitStr::new(&camel_case(&name.to_string()), name.span());
    Some(parse_quote! {
        #field => |object, ctx, json| {
            crate::graphql::writing::Write::write(&object.#name(ctx), &crate::graphql::writing::below(ctx), json)
        },
    })
}

fn is_context(input: &FnArg) -> bool {
    let FnArg::Typed(parameter) = input else { return false };
    parameter.ty.to_token_stream().to_string().contains("Context")
}

/// A resolver's name as `#[Object]` spells it for clients.
fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        text + &initial.to_uppercase() + rest
    })
}
