//! Which pages may talk to the engine.

/// The allow-list of origins. Empty: none may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    exact: Vec<String>,
    /// `(scheme, suffix with its dot and port)` of `https://*.example.com`.
    wildcard: Vec<(String, String)>,
    /// Clients that send no Origin, such as servers.
    pub missing: bool,
}

impl Origins {
    /// Reads the list. A wildcard stands only for whole left labels.
    ///
    /// # Errors
    /// The entry that is not an origin, with the reason.
    pub fn parse<S: AsRef<str>>(list: &[S]) -> Result<Origins, String> {
        let mut origins = Origins::default();
        for entry in list {
            let entry = entry.as_ref();
            let wrong = |why: &str| Err(format!("origin `{entry}`: {why}"));
            let Some((scheme, rest)) = entry.split_once("://") else { return wrong("write it as https://shop.example") };
            if scheme != "https" && scheme != "http" {
                return wrong("the scheme is http or https");
            }
            if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) || rest != rest.to_ascii_lowercase() {
                return wrong("scheme, host and port only, in lower case");
            }
            match rest.strip_prefix("*.") {
                Some(suffix) if suffix.contains('*') || !suffix.contains('.') => {
                    return wrong("a wildcard stands for the left labels of a domain only");
                }
                Some(suffix) => origins.wildcard.push((scheme.to_owned(), format!(".{suffix}"))),
                None if rest.contains('*') => return wrong("a wildcard stands for whole left labels only"),
                None => origins.exact.push(entry.to_owned()),
            }
        }
        Ok(origins)
    }

    /// Whether pages of this origin may connect. The empty origin is a client that sent none.
    pub fn allow(&self, origin: &str) -> bool {
        if origin.is_empty() {
            return self.missing;
        }
        if self.exact.iter().any(|exact| exact == origin) {
            return true;
        }
        let Some((scheme, host)) = origin.split_once("://") else { return false };
        self.wildcard.iter().any(|(wanted, suffix)| {
            wanted == scheme
                && host.strip_suffix(suffix.as_str()).is_some_and(|labels| {
                    !labels.is_empty() && labels.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_origins_pass() {
        let origins = Origins::parse(&["https://shop.example", "http://localhost:8080", "https://*.brand.example"]).unwrap();
        for good in ["https://shop.example", "http://localhost:8080", "https://de.brand.example", "https://a.b.brand.example"] {
            assert!(origins.allow(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "http://shop.example",
            "https://shop.example:444",
            "https://shop.example.",
            "https://shop.example.evil.com",
            "https://evil-shop.example",
            "https://SHOP.example",
            "https://user@shop.example",
            "https://brand.example",
            "https://evilbrand.example",
            "https://x.brand.example:8443",
            "https://evil.com/.brand.example",
            "https://evil.com?.brand.example",
            "https://evil.com#.brand.example",
            "http://localhost",
            "http://localhost:80800",
        ] {
            assert!(!origins.allow(bad), "{bad}");
        }
    }

    #[test]
    fn entries_that_would_allow_too_much_are_refused() {
        for bad in [
            "*",
            "https://*",
            "https://*.com",
            "https://shop*.example",
            "shop.example",
            "https://shop.example/",
            "ftp://x.y",
            "https://Shop.example",
        ] {
            assert!(Origins::parse(&[bad]).is_err(), "{bad}");
        }
    }
}
