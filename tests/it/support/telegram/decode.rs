//! Turns the body of a call into named parameters and uploaded files.
//!
//! It does: read JSON, `multipart/form-data`, `application/x-www-form-urlencoded` and the query
//! string, and turn the strings of the last three into the types that the method declares.
//! It does not: judge whether the parameters are right (`validate.rs`).

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::Uri;
use serde_json::{Map, Value};

use super::spec::{Method, Type};

/// A file that came with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The name that the sender gave to the file.
    pub file_name: String,
    /// Its declared content type.
    pub mime: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A decoded call.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// Parameters by name, in their natural JSON types.
    pub fields: Map<String, Value>,
    /// Uploaded files by the name of their part.
    pub uploads: BTreeMap<String, Upload>,
    /// The values came as strings and still have to be read as the declared types.
    stringly: bool,
}

impl Params {
    /// An integer parameter.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.fields.get(name)?.as_i64()
    }

    /// A text parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// A flag; absent means false.
    pub fn flag(&self, name: &str) -> bool {
        self.fields.get(name) == Some(&Value::Bool(true))
    }

    /// Reads strings as what `method` declares: numbers, flags, JSON.
    pub fn settle(mut self, method: &Method) -> Self {
        if !self.stringly {
            return self;
        }
        for field in &method.fields {
            let Some(Value::String(raw)) = self.fields.get(&field.name) else {
                continue;
            };
            if let Some(value) = field.types.iter().find_map(|t| read_as(raw, t)) {
                self.fields.insert(field.name.clone(), value);
            }
        }
        self
    }
}

fn read_as(raw: &str, wanted: &Type) -> Option<Value> {
    match wanted {
        Type::Integer => raw.parse::<i64>().ok().map(Value::from),
        Type::Float => raw.parse::<f64>().ok().map(Value::from),
        Type::Boolean => raw.parse::<bool>().ok().map(Value::from),
        Type::Text | Type::File => None,
        Type::Named(_) | Type::List(_) => {
            serde_json::from_str(raw).ok().filter(|v: &Value| v.is_object() || v.is_array())
        }
    }
}

/// Reads a request's parameters. The error is for the sender.
pub fn decode(uri: &Uri, content_type: &str, body: &[u8]) -> Result<Params, String> {
    let mut params = Params { fields: pairs(uri)?, stringly: true, ..Params::default() };
    if body.is_empty() {
        return Ok(params);
    }
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    match kind {
        "application/json" => {
            let parsed = serde_json::from_slice(body).map_err(|e| format!("not JSON: {e}"))?;
            let Value::Object(fields) = parsed else {
                return Err("the JSON body is not an object".to_owned());
            };
            params.stringly = false;
            // An explicit null says the same as nothing at all.
            params.fields.extend(fields.into_iter().filter(|(_, v)| !v.is_null()));
        }
        "application/x-www-form-urlencoded" => {
            let text = std::str::from_utf8(body).map_err(|e| e.to_string())?;
            let uri: Uri = format!("/?{text}").parse().map_err(|_| "malformed form".to_owned())?;
            params.fields.extend(pairs(&uri)?);
        }
        "multipart/form-data" => multipart(content_type, body, &mut params)?,
        other => return Err(format!("content type \"{other}\" is not supported")),
    }
    Ok(params)
}

fn pairs(uri: &Uri) -> Result<Map<String, Value>, String> {
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|e| e.to_string())?;
    Ok(pairs.into_iter().map(|(k, v)| (k, Value::String(v))).collect())
}

fn multipart(content_type: &str, body: &[u8], params: &mut Params) -> Result<(), String> {
    let boundary = content_type.split("boundary=").nth(1).ok_or("multipart without boundary")?;
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
    // With a line break in front, the first delimiter looks like all the others.
    let mut all = b"\r\n".to_vec();
    all.extend_from_slice(body);
    let delimiter = format!("\r\n--{boundary}");
    let mut parts = split(&all, delimiter.as_bytes()).into_iter().skip(1);
    let closed = parts.by_ref().try_for_each(|part| match part {
        [b'-', b'-', ..] => Err(None),
        _ => add_part(part, params).map_err(Some),
    });
    match closed {
        Err(None) => Ok(()),
        Err(Some(problem)) => Err(problem),
        Ok(()) => Err("multipart body without its last boundary".to_owned()),
    }
}

fn add_part(part: &[u8], params: &mut Params) -> Result<(), String> {
    let part = part.strip_prefix(b"\r\n").ok_or("malformed multipart boundary")?;
    let blank = find(part, b"\r\n\r\n").ok_or("multipart part without headers")?;
    let headers = String::from_utf8_lossy(&part[..blank]).into_owned();
    let content = &part[blank + 4..];
    let disposition = header(&headers, "content-disposition").unwrap_or_default();
    let name = quoted(disposition, "name").ok_or("multipart part without a name")?;
    if let Some(file_name) = quoted(disposition, "filename") {
        let mime = header(&headers, "content-type").unwrap_or("application/octet-stream");
        let upload = Upload { file_name, mime: mime.to_owned(), bytes: content.to_vec() };
        params.uploads.insert(name, upload);
        return Ok(());
    }
    let text = std::str::from_utf8(content).map_err(|_| format!("\"{name}\" is not UTF-8"))?;
    if params.fields.insert(name.clone(), Value::String(text.to_owned())).is_some() {
        return Err(format!("\"{name}\" is given twice"));
    }
    Ok(())
}

fn header<'a>(headers: &'a str, wanted: &str) -> Option<&'a str> {
    headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case(wanted).then_some(value.trim())
    })
}

fn quoted(disposition: &str, key: &str) -> Option<String> {
    disposition.split(';').find_map(|piece| {
        let (name, value) = piece.trim().split_once('=')?;
        (name == key).then(|| value.trim_matches('"').to_owned())
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn split<'a>(mut rest: &'a [u8], delimiter: &[u8]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    while let Some(at) = find(rest, delimiter) {
        parts.push(&rest[..at]);
        rest = &rest[at + delimiter.len()..];
    }
    parts.push(rest);
    parts
}
