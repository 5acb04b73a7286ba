//! Reads `multipart/form-data` and percent-encoding: what bots send, no more.

/// One part of a form.
#[derive(Clone, Debug)]
pub struct Part {
    /// `payload_json` or `files[0]`.
    pub name: String,
    /// The file's name, if it is one.
    pub file: String,
    /// What its sender says it is.
    pub mime: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The boundary in the rest of a `Content-Type`.
pub fn boundary(parameters: &str) -> Option<&str> {
    let given = parameters.split(';').find_map(|p| p.trim().strip_prefix("boundary="))?;
    Some(given.trim_matches('"'))
}

/// The parts of a form.
pub fn parts(body: &[u8], boundary: &str) -> Vec<Part> {
    let fence = format!("--{boundary}").into_bytes();
    let marks: Vec<usize> =
        body.windows(fence.len()).enumerate().filter(|(_, w)| *w == fence).map(|(i, _)| i).collect();
    marks.windows(2).filter_map(|pair| part(&body[pair[0] + fence.len()..pair[1]])).collect()
}

fn part(raw: &[u8]) -> Option<Part> {
    let split = raw.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&raw[..split]).into_owned();
    let bytes = raw[split + 4..].strip_suffix(b"\r\n")?.to_vec();
    let field = |key: &str| {
        let from = head.find(&format!("{key}=\""))? + key.len() + 2;
        Some(head[from..].split('"').next()?.to_owned())
    };
    let mime = head
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-type:").map(|m| m.trim().to_owned()));
    // `filename="…"` contains `name="…"`: the leading space tells them apart.
    Some(Part {
        name: field(" name")?,
        file: field("filename").unwrap_or_default(),
        mime: mime.unwrap_or_else(|| "application/octet-stream".into()),
        bytes,
    })
}

/// Text with `%40` turned back into `@`.
pub fn percent_decode(text: &str) -> String {
    let (mut out, bytes) = (Vec::new(), text.as_bytes());
    let mut i = 0;
    while i < bytes.len() {
        let code = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten();
        if let Some(byte) = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            i += 3;
        } else {
            out.push(bytes[i]);
            i += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
