//! A table of optional fields that knows which of them were given.

/// Declares a table. Every field is optional and keeps its place; unknown fields are refused.
macro_rules! table {
    ($name:ident { $($field:ident $key:literal: $kind:ty,)* }) => {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name {
            $(#[serde(rename = $key, default)] $field: $crate::campaign::file::reader::Given<$kind>,)*
        }

        impl $name {
            /// Names and places of the fields that were given and not yet taken out.
            fn given(&self) -> Vec<(&'static str, usize)> {
                [$(($key, self.$field.as_ref().map(|given| given.span().start)),)*]
                    .into_iter()
                    .filter_map(|(key, at)| Some((key, at?)))
                    .collect()
            }
        }
    };
}

pub(super) use table;
