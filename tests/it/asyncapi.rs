//! The AsyncAPI document says what the code does: same frames, same fields, same codes; golden vectors are valid by it.

use floorwalker::protocol::Close;
use floorwalker::protocol::Encoding;
use floorwalker::protocol::ErrorCode;
use floorwalker::protocol::Inbound;
use floorwalker::protocol::Limits;
use floorwalker::protocol::decode;
use floorwalker::protocol::generate;
use floorwalker::protocol::wire;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::Path;

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn document() -> Value {
    serde_json::from_str(&file("src/protocol/asyncapi.json")).expect("the document is JSON")
}

/// Where a value differs from a schema of the subset the document uses.
fn problems(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    if let Some(target) = schema["$ref"].as_str() {
        let found = root.pointer(target.trim_start_matches('#')).unwrap_or_else(|| panic!("{target} leads nowhere"));
        return problems(root, found, value, at, out);
    }
    let mut wrong = |what: String| out.push(format!("{at}: {what}"));
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("{at}: the type `{other}` is not of the subset"),
    };
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|name| is(name.as_str().expect("a type is a name"))),
        other => panic!("{at}: {other}"),
    };
    if !fits {
        return wrong(format!("{value} is not of type {}", schema["type"]));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        wrong(format!("{value} is none of {allowed:?}"));
    }
    let count = |key: &str| schema[key].as_u64().map(|bound| bound as usize);
    if let Some(number) = value.as_f64()
        && (schema["minimum"].as_f64().is_some_and(|least| number < least) || schema["maximum"].as_f64().is_some_and(|most| number > most))
    {
        wrong(format!("{number} is out of range"));
    }
    if let Some(text) = value.as_str()
        && (count("minLength").is_some_and(|least| text.len() < least) || count("maxLength").is_some_and(|most| text.len() > most))
    {
        wrong(format!("`{text}` is too short or too long"));
    }
    if let Some(list) = value.as_array() {
        if count("minItems").is_some_and(|least| list.len() < least) || count("maxItems").is_some_and(|most| list.len() > most) {
            wrong(format!("{} items", list.len()));
        }
        for (index, item) in list.iter().enumerate() {
            problems(root, &schema["items"], item, &format!("{at}[{index}]"), out);
        }
    }
    if let Some(map) = value.as_object() {
        let mut wrong = |what: String| out.push(format!("{at}: {what}"));
        if count("maxProperties").is_some_and(|most| map.len() > most) {
            wrong(format!("{} keys", map.len()));
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(name) {
                wrong(format!("`{name}` is missing"));
            }
        }
        for (name, inner) in map {
            let own = &schema["properties"][name];
            let open = &schema["additionalProperties"];
            match (own.is_null(), open) {
                (false, _) => problems(root, own, inner, &format!("{at}.{name}"), out),
                (true, Value::Object(_)) => problems(root, open, inner, &format!("{at}.{name}"), out),
                (true, Value::Bool(false)) => out.push(format!("{at}: `{name}` is not allowed")),
                (true, _) => {}
            }
        }
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fitting = choices.iter().filter(|choice| {
            let mut found = Vec::new();
            problems(root, choice, value, at, &mut found);
            found.is_empty()
        });
        let fitting = fitting.count();
        if fitting != 1 {
            out.push(format!("{at}: {fitting} of the choices fit {value}"));
        }
    }
}

/// Asserts that a frame is valid by the schema of that name and by the message of its own name.
fn assert_valid(root: &Value, schema: &str, frame: &Value) {
    let mut found = Vec::new();
    problems(root, &root["components"]["schemas"][schema], frame, schema, &mut found);
    let name = frame.as_object().and_then(|map| map.keys().next()).expect("a frame has a key");
    problems(root, &root["components"]["messages"][name]["payload"], frame, name, &mut found);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Names of an enum's variants on the wire, as its own reader tells them.
fn variants<T: DeserializeOwned>() -> Vec<String> {
    let read =
        |value: Value| serde_json::from_value::<T>(value).err().map(|error| error.to_string()).filter(|text| text.contains("expected"));
    let text = read(json!({ "?": {} })).or_else(|| read(json!("?"))).expect("`?` is no variant");
    text.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

/// Names of the choices of a schema.
fn choices(root: &Value, schema: &str) -> Vec<String> {
    let schema = &root["components"]["schemas"][schema];
    let names = schema["enum"].as_array().map(|list| list.iter().collect::<Vec<_>>());
    let keys = || schema["oneOf"].as_array().expect("choices").iter().map(|choice| &choice["required"][0]).collect();
    names.unwrap_or_else(keys).into_iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

#[test]
fn every_variant_is_documented() {
    let root = document();
    for (schema, names) in [
        ("ClientFrame", variants::<wire::ClientFrame>()),
        ("ServerFrame", variants::<wire::ServerFrame>()),
        ("Event", variants::<wire::Event>()),
        ("Op", variants::<wire::Op>()),
        ("PlacementKind", variants::<wire::PlacementKind>()),
        ("ExitSignal", variants::<wire::ExitSignal>()),
        ("PreferenceChoice", variants::<wire::PreferenceChoice>()),
        ("ReceiptState", variants::<wire::ReceiptState>()),
    ] {
        assert!(names.len() > 3, "{schema}: {names:?}");
        assert_eq!(choices(&root, schema), names, "{schema}");
    }
    for (operation, names) in [("hear", variants::<wire::ClientFrame>()), ("say", variants::<wire::ServerFrame>())] {
        let listed: Vec<&str> =
            root["operations"][operation]["messages"].as_array().unwrap().iter().map(|one| one["$ref"].as_str().unwrap()).collect();
        let expected: Vec<String> = names.iter().map(|name| format!("#/channels/socket/messages/{name}")).collect();
        assert_eq!(listed, expected);
        assert!(names.iter().all(|name| root["components"]["messages"][name].is_object()), "{operation}");
    }
}

/// Fields of every struct in the generated TypeScript: name, and whether it must be there.
fn fields(body: &str) -> BTreeMap<String, bool> {
    let mut plain = String::new();
    for (index, part) in body.split("/**").enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once("*/").expect("a comment ends").1 });
    }
    let mut depth = 0;
    let mut list = vec![String::new()];
    for c in plain.chars() {
        depth += i32::from("{[<".contains(c)) - i32::from("}]>".contains(c));
        if c == ',' && depth == 0 { list.push(String::new()) } else { list.last_mut().unwrap().push(c) }
    }
    let named = list.iter().filter_map(|field| field.split_once(':')).map(|(name, _)| name.trim());
    named.map(|name| (name.trim_end_matches('?').to_owned(), !name.ends_with('?'))).collect()
}

#[test]
fn every_field_is_documented() {
    let root = document();
    let source = generate();
    let mut structs = 0;
    for declaration in source.split("export type ").skip(1) {
        let (name, body) = declaration.split_once(" = ").unwrap();
        let Some(body) = body.trim_start().strip_prefix("{ ").filter(|body| !body.starts_with('"')) else { continue };
        let body = body.split("};\n").next().unwrap();
        let schema = &root["components"]["schemas"][name];
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let documented: BTreeMap<String, bool> = schema["properties"]
            .as_object()
            .unwrap_or_else(|| panic!("{name} has no schema"))
            .keys()
            .map(|key| (key.clone(), required.contains(&key.as_str())))
            .collect();
        assert_eq!(documented, fields(body), "{name}");
        structs += 1;
    }
    assert!(structs > 30, "{structs} structs were read");
}

#[test]
fn golden_vectors_are_valid() {
    let root = document();
    for (path, schema) in [("tests/vectors/client.json", "ClientFrame"), ("tests/vectors/server.json", "ServerFrame")] {
        let vectors: Vec<Value> = serde_json::from_str(&file(path)).unwrap();
        assert!(vectors.len() >= 5);
        for vector in vectors {
            assert_valid(&root, schema, &vector["json"]);
        }
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let root = document();
    for (schema, bad) in [
        ("ClientFrame", json!({ "pong": { "n": 1, "now": 1 }, "bye": { "reason": "x" } })),
        ("ClientFrame", json!({ "pong": { "n": "1", "now": 1 } })),
        ("ClientFrame", json!({ "teleport": {} })),
        ("Scroll", json!({ "depth": 101 })),
        ("Checkout", json!({ "step": "done" })),
        ("Click", json!({})),
        ("Click", json!({ "target": "" })),
        ("DecideRequest", json!({ "key": "pk", "page": { "url": "/", "kind": "home" }, "more": 1 })),
    ] {
        let mut found = Vec::new();
        problems(&root, &root["components"]["schemas"][schema], &bad, schema, &mut found);
        assert!(!found.is_empty(), "{schema}: {bad}");
    }
}

#[test]
fn close_codes_are_documented() {
    let codes: serde_json::Map<String, Value> = Close::ALL.iter().map(|close| (close.code().to_string(), json!(close.reason()))).collect();
    assert_eq!(document()["x-close-codes"], Value::Object(codes));
}

#[test]
fn the_written_contract_names_every_code_and_limit() {
    let contract = file("src/protocol/PROTOCOL.md");
    for close in Close::ALL {
        assert!(contract.contains(&format!("| {} | {} |", close.code(), close.reason())), "close code {}", close.code());
    }
    use ErrorCode::BadFrame;
    use ErrorCode::Full;
    use ErrorCode::Gap;
    use ErrorCode::Invalid;
    use ErrorCode::OutOfRange;
    use ErrorCode::Rate;
    use ErrorCode::TooLong;
    use ErrorCode::UnknownFrame;
    for code in [UnknownFrame, BadFrame, Gap, Rate, Invalid, TooLong, OutOfRange, Full] {
        let retry = if code.is_retryable() { "yes" } else { "no" };
        assert!(contract.contains(&format!("| `{}` | {retry} |", code.name())), "error code {}", code.name());
    }
    for (what, limit) in [
        ("bytes of a message", Limits::MESSAGE_BYTES_MAX as u64),
        ("events in a batch", Limits::BATCH_EVENTS_MAX as u64),
        ("bytes of an id, a name or a key", Limits::NAME_BYTES_MAX as u64),
        ("bytes of an address", Limits::URL_BYTES_MAX as u64),
        ("bytes of a path that are kept", Limits::PATH_BYTES_MAX as u64),
        ("bytes of a search that are kept", Limits::QUERY_BYTES_MAX as u64),
        ("placements of a page", Limits::PLACEMENTS_MAX as u64),
        ("templates of a page", Limits::TEMPLATES_MAX as u64),
        ("items of a list", Limits::ITEMS_MAX as u64),
        ("lines of a cart", Limits::CART_LINES_MAX as u64),
        ("pieces of a line", u64::from(Limits::QUANTITY_MAX)),
        ("any amount, minor units", Limits::MONEY_MAX as u64),
        ("fields of a custom event", Limits::CUSTOM_FIELDS_MAX as u64),
        ("receipts in a frame", Limits::RECEIPTS_MAX as u64),
        ("events of a stream in a burst", u64::from(Limits::EVENTS_BURST)),
        ("events of a stream per second, in the long run", u64::from(Limits::EVENTS_PER_SECOND)),
    ] {
        assert!(contract.contains(&format!("| {what} | {limit} |")), "{what}: {limit}");
    }
    let names = variants::<wire::ClientFrame>().into_iter().chain(variants::<wire::ServerFrame>());
    for name in names.chain(variants::<wire::Event>()).chain(variants::<wire::Op>()) {
        assert!(contract.contains(&format!("`{name}`")), "`{name}` is not explained");
    }
}

#[test]
fn the_worked_example_is_an_exchange() {
    let root = document();
    let contract = file("src/protocol/PROTOCOL.md");
    let block = contract.split_once("```json frames\n").expect("the example").1.split_once("\n```").expect("its end").0;
    let mut said = 0;
    for line in block.lines() {
        let (side, frame) = line.split_once(' ').expect("`>` or `<` and a frame");
        let value: Value = serde_json::from_str(frame).unwrap_or_else(|error| panic!("{frame}: {error}"));
        match side {
            ">" => {
                assert!(matches!(decode(Encoding::Json, frame.as_bytes()), Ok(Inbound::Frame(_))), "{frame}");
                assert_valid(&root, "ClientFrame", &value);
            }
            "<" => {
                serde_json::from_value::<wire::ServerFrame>(value.clone()).unwrap_or_else(|error| panic!("{frame}: {error}"));
                assert_valid(&root, "ServerFrame", &value);
            }
            other => panic!("`{other}` is no side"),
        }
        said += 1;
    }
    assert!(said >= 8, "{said} frames");
}
