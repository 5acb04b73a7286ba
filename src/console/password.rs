//! Passwords: which are good enough, and their hashes (argon2id, OWASP's parameters).
//!
//! Hashing takes 19 MiB and tens of milliseconds: off the async threads, and a few at a time.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// The shortest password, in characters.
const SHORTEST: usize = 12;
/// The longest: argon2 takes more, but nobody types it.
const LONGEST: usize = 128;
/// How many are hashed at once.
const AT_ONCE: usize = 2;

/// Common passwords of at least 12 characters, one a line, in lower case.
const COMMON: &str = include_str!("common_passwords.txt");

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Fewer than 12 characters.
    Short,
    /// More than 128.
    Long,
    /// In every list of common passwords, or made of the person's own name.
    Common,
}

/// Whether a password will do.
///
/// # Errors
/// Why not.
pub fn check(password: &str, login: &str, name: &str) -> Result<(), Weak> {
    let count = password.chars().count();
    if count < SHORTEST {
        return Err(Weak::Short);
    }
    if count > LONGEST {
        return Err(Weak::Long);
    }
    let lower = password.to_lowercase();
    let bare: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let known = COMMON.lines().any(|common| common == lower || common == bare);
    // What is left without the words that anybody would try first.
    let mut rest = bare;
    for word in
        [login, "digidel", "bibliotek", "lösenord", "password"].into_iter().chain(name.split_whitespace())
    {
        if word.chars().count() >= 3 {
            rest = rest.replace(&word.to_lowercase(), "");
        }
    }
    if known || distinct.len() < 5 || rest.chars().count() < 5 { Err(Weak::Common) } else { Ok(()) }
}

/// Hashes and verifies.
#[derive(Clone)]
pub struct Hasher {
    turns: Arc<Semaphore>,
    /// The hash of nothing anybody knows: unknown logins take as long as known ones.
    decoy: Arc<str>,
}

impl Default for Hasher {
    fn default() -> Self {
        let decoy = hash("correct horse battery decoy").unwrap_or_default();
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), decoy: decoy.into() }
    }
}

fn hash(password: &str) -> Option<String> {
    Argon2::default().hash_password(password.as_bytes()).ok().map(|hash| hash.to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

impl Hasher {
    /// The hash to keep; `None` if the program is stopping.
    pub async fn hash(&self, password: String) -> Option<String> {
        let _turn = self.turns.acquire().await.ok()?;
        tokio::task::spawn_blocking(move || hash(&password)).await.ok()?
    }

    /// Whether the password is that of the hash; without a hash as slow, and false.
    pub async fn verify(&self, password: String, against: Option<String>) -> bool {
        let Ok(_turn) = self.turns.acquire().await else { return false };
        let real = against.is_some();
        let against = against.unwrap_or_else(|| self.decoy.to_string());
        let fits = tokio::task::spawn_blocking(move || verify(&password, &against)).await.unwrap_or(false);
        fits && real
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v6_2_4_common_passwords_are_refused() {
        for (password, why) in [
            ("kort", Weak::Short),
            ("qwertyuiop123", Weak::Common),
            ("aaaaaaaaaaaaaaa", Weak::Common),
            ("Anna-Digidel-2027", Weak::Common),
            ("annasvensson", Weak::Common),
        ] {
            assert_eq!(check(password, "anna", "Anna Svensson"), Err(why), "{password}");
        }
        assert_eq!(check(&"åäö1x ".repeat(40), "anna", "Anna"), Err(Weak::Long));
        assert_eq!(check("katten sover på tangentbordet", "anna", "Anna Svensson"), Ok(()));
    }

    #[tokio::test]
    async fn v11_4_2_passwords_are_kept_as_argon2id() {
        let hasher = Hasher::default();
        let hash = hasher.hash("katten sover".into()).await.unwrap_or_default();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify("katten sover".into(), Some(hash.clone())).await);
        assert!(!hasher.verify("katten vaknar".into(), Some(hash)).await);
        assert!(!hasher.verify("correct horse battery decoy".into(), None).await);
    }
}
