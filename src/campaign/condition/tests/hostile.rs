//! Sources made to exhaust time, memory or the stack are refused, quickly.

use crate::campaign::condition::Condition;
use crate::campaign::condition::SOURCE_BYTES_MAX;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Duration;
use std::time::Instant;

/// Compiles on a small stack and expects a refusal with this in its message.
#[track_caller]
fn refused(source: String, message: &str) {
    let begin = Instant::now();
    let compile = move || Condition::compile(&source).map(|_| ());
    let thread = std::thread::Builder::new().stack_size(512 * 1024).spawn(compile).expect("a thread can be started");
    let problems = thread.join().expect("compiling never panics").expect_err("the source is hostile");
    assert!(problems[0].message.contains(message), "{:?}", problems[0]);
    assert!(begin.elapsed() < Duration::from_secs(2), "took {:?}", begin.elapsed());
}

#[test]
fn long_sources() {
    refused("true ? ".repeat(20_000) + "true", "bytes long, more than 2048");
    refused(format!("page.path == '{}'", "x".repeat(10_000_000)), "bytes long");
    refused("(".repeat(1_000_000), "bytes long");
}

#[test]
fn deep_sources() {
    let deep = "nested more than 32 levels";
    let times = 200;
    refused("(".repeat(times) + "true" + &")".repeat(times), deep);
    refused("[".repeat(2_000), deep);
    refused("{".repeat(2_000), deep);
    refused("(".repeat(2_000), deep);
    refused("f(".repeat(1_000), deep);
    refused("a[".repeat(1_000), deep);
    refused("true ? true : ".repeat(100) + "true", deep);
    refused("true ? ".repeat(100) + "true" + &" : true".repeat(100), deep);
    refused("!".repeat(2_000) + "true", deep);
    refused("!-".repeat(1_000) + "1", deep);
    refused("1".to_string() + &"+1".repeat(1_000) + " > 0", deep);
    refused("1".to_string() + &"<1".repeat(1_000), deep);
    refused("device.touch".to_string() + &"==true".repeat(300), deep);
    refused("(".repeat(30) + "true" + &")".repeat(30) + " ? !!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!true : false", deep);
}

#[test]
fn long_chains() {
    refused("a".to_string() + &".a".repeat(1_000), "unknown name");
    refused("a".to_string() + &"[0]".repeat(600), "only maps of the vocabulary");
    refused("a".to_string() + &".f()".repeat(500), "unknown function");
    refused("a".to_string() + &".map(x,x)".repeat(220), "not supported");
    refused("1".to_string() + &",1".repeat(1_000), "mismatched input");
    refused(")".repeat(2_000), "unexpected token");
    refused("'a'in[".to_string() + &"'a',".repeat(500) + "]", "more than 64");
    refused("1<2||".repeat(400) + "1<2", "instructions, more than 512");
}

#[test]
fn the_longest_sources_compile_quickly() {
    let mut source = "cart.value > 0".to_string();
    for number in 1.. {
        let part = format!("||interest.brand['{number}']>0.{number}&&time.hour>1");
        if source.len() + part.len() > SOURCE_BYTES_MAX {
            break;
        }
        source += &part;
    }
    let begin = Instant::now();
    let condition = Condition::compile(&source).expect("long but fine");
    println!("{} bytes: {:?}", source.len(), begin.elapsed());
    assert_eq!(condition.constant(), None);
    assert!(begin.elapsed() < Duration::from_secs(2));
}

#[test]
fn deepest_sources_compile() {
    for source in [
        "(".repeat(32) + "device.touch" + &")".repeat(32),
        "device.touch ? true : ".repeat(31) + "false",
        "cart.value".to_string() + &"+1".repeat(29) + " > 0",
        "cart.value > 0 && ".repeat(100) + "true",
        (0..29).fold("cart.value".into(), |inner, _| format!("1+({inner})")) + " > 0",
    ] {
        assert!(Condition::compile(&source).is_ok(), "{source}: {:?}", Condition::compile(&source));
    }
}

/// Random sequences of tokens and characters: most are refused, none panics.
#[test]
fn noise() {
    const PARTS: &[&str] = &[
        "cart.value",
        "cart",
        ".",
        "value",
        "interest.brand",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "'a'",
        "\"",
        "'",
        "`",
        "1",
        "0x",
        "1e",
        "1.5",
        "u",
        "?",
        ":",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "//",
        "\n",
        "&&",
        "||",
        "&",
        "=",
        "==",
        "<",
        ">=",
        " in ",
        "null",
        "true",
        "ü",
        "€",
        "\u{0}",
        "\\",
        "'\\x",
        "r'",
        "b'",
        "'''",
        "has(",
        ".all(x, ",
        ".map(",
        ",",
        "page.path",
        "device.touch",
        ".startsWith(",
        "size(",
        "9223372036854775808",
        "-9223372036854775808",
        "1e999",
        "'\\u{",
        "'\\377'",
        "'\\ud800'",
        "for",
        "if",
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut compiled = 0;
    for _ in 0..20_000 {
        let length = rng.next_u32() % 12 + 1;
        let source: String = (0..length).map(|_| PARTS[rng.next_u32() as usize % PARTS.len()]).collect();
        match Condition::compile(&source) {
            Ok(_) => compiled += 1,
            Err(problems) => {
                assert!(!problems.is_empty(), "{source}");
                for problem in problems {
                    assert!(source.get(problem.offset.clone()).is_some(), "{source}: {problem:?}");
                }
            }
        }
    }
    assert!(compiled > 0);
}
