//! Filters that write a value as a literal of another language, so that no
//! answer can end its quotes: `{{ answer.title | python }}`.

use minijinja::value::ValueKind;
use minijinja::{Error, ErrorKind, Value};

/// Writes a value as a literal.
pub(super) type Filter = fn(Value) -> Result<String, Error>;

/// Filters by name.
pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("json", |value| json(&value)),
    // Every JSON text is a YAML text.
    ("yaml", |value| json(&value)),
    ("python", |value| literal(&value, &PYTHON)),
    ("php", |value| literal(&value, &PHP)),
    ("shell", |value| shell(&value)),
];

fn json(value: &Value) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| {
        Error::new(ErrorKind::BadSerialization, "not writable as JSON").with_source(error)
    })
}

/// How a language writes its plain values.
struct Language {
    yes: &'static str,
    no: &'static str,
    nothing: &'static str,
    text: fn(&str) -> String,
}

const PYTHON: Language = Language { yes: "True", no: "False", nothing: "None", text: python_text };
const PHP: Language = Language { yes: "true", no: "false", nothing: "null", text: php_text };

fn literal(value: &Value, language: &Language) -> Result<String, Error> {
    Ok(match value.kind() {
        ValueKind::Bool => if value.is_true() { language.yes } else { language.no }.to_owned(),
        ValueKind::None => language.nothing.to_owned(),
        ValueKind::Number => value.to_string(),
        ValueKind::String => (language.text)(value.as_str().unwrap_or_default()),
        ValueKind::Seq => {
            let items: Result<Vec<String>, Error> =
                value.try_iter()?.map(|item| literal(&item, language)).collect();
            format!("[{}]", items?.join(", "))
        }
        _ => return Err(Error::new(ErrorKind::InvalidOperation, "not a plain value")),
    })
}

/// In double quotes, with everything escaped that could end them or the line.
fn python_text(text: &str) -> String {
    let mut quoted = String::from('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            '\n' => quoted.push_str("\\n"),
            sign if sign.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(sign))),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

/// In single quotes, where PHP knows two escapes only.
fn php_text(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// In single quotes, where a shell knows none.
fn shell(value: &Value) -> Result<String, Error> {
    let text = match value.kind() {
        ValueKind::String | ValueKind::Number | ValueKind::Bool => value.to_string(),
        _ => return Err(Error::new(ErrorKind::InvalidOperation, "not a plain value")),
    };
    Ok(format!("'{}'", text.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use minijinja::Value;

    use super::FILTERS;

    fn written(filter: &str, value: impl Into<Value>) -> String {
        let (_, filter) = FILTERS.iter().find(|(name, _)| *name == filter).unwrap();
        filter(value.into()).unwrap()
    }

    #[test]
    fn no_text_ends_its_quotes() {
        assert_eq!(written("python", "\"\\\n\u{7}é"), r#""\"\\\n\u0007é""#);
        assert_eq!(written("php", "it's \\"), r"'it\'s \\'");
        assert_eq!(written("shell", "it's"), r"'it'\''s'");
        assert_eq!(written("json", "\"\n"), r#""\"\n""#);
    }

    #[test]
    fn plain_values_are_written_as_the_language_does() {
        assert_eq!(written("python", true), "True");
        assert_eq!(written("php", false), "false");
        assert_eq!(written("python", ()), "None");
        assert_eq!(written("php", 12), "12");
        assert_eq!(written("python", vec!["a", "b"]), r#"["a", "b"]"#);
        assert_eq!(written("yaml", true), "true");
    }
}
