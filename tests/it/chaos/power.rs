//! What a power cut leaves of files: what had been synchronised, and of the rest whatever it likes.
//!
//! Reads the record of `shim.c`. A write is durable when a synchronisation of its file that began
//! after it has ended; a file's name, when one of its folder has. Of what is not durable each sector
//! may be there or not, in any order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use digidel::model::id::Fresh;

/// A disk writes at least so much at once (sqlite.org/psow.html).
const SECTOR: usize = 512;

/// One entry of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Write {
        path: PathBuf,
        at: usize,
        data: Vec<u8>,
    },
    Truncate {
        path: PathBuf,
        length: usize,
    },
    SyncBegins {
        path: PathBuf,
        number: u64,
    },
    SyncEnds {
        number: u64,
    },
    Delete {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    /// Bytes that left the process for another.
    Sent(Vec<u8>),
}

/// Reads a record; an entry that was cut short by a kill is left out.
pub fn read(bytes: &[u8]) -> Vec<Entry> {
    const HEAD: usize = 17;
    let number = |at: usize, length: usize| {
        let mut wide = [0; 8];
        wide[..length].copy_from_slice(&bytes[at..at + length]);
        u64::from_le_bytes(wide)
    };
    let size = |at: usize| usize::try_from(number(at, 4)).expect("a size");
    let (mut entries, mut at) = (Vec::new(), 0);
    while at + HEAD <= bytes.len() {
        let (name, offset, data) = (size(at + 1), number(at + 5, 8), size(at + 13));
        let end = at + HEAD + name + data;
        if end > bytes.len() {
            break;
        }
        let path =
            || PathBuf::from(String::from_utf8_lossy(&bytes[at + HEAD..at + HEAD + name]).into_owned());
        let rest = bytes[at + HEAD + name..end].to_vec();
        let place = usize::try_from(offset).expect("a place");
        entries.push(match bytes[at] {
            b'W' => Entry::Write { path: path(), at: place, data: rest },
            b'T' => Entry::Truncate { path: path(), length: place },
            b'B' => Entry::SyncBegins { path: path(), number: offset },
            b'E' => Entry::SyncEnds { number: offset },
            b'U' => Entry::Delete { path: path() },
            b'R' => Entry::Rename { from: path(), to: String::from_utf8_lossy(&rest).into_owned().into() },
            b'N' => Entry::Sent(rest),
            other => panic!("an entry of kind {other}"),
        });
        at = end;
    }
    entries
}

/// A change of a file's content.
#[derive(Clone, Debug)]
enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

/// One file: what is durable, and what has been changed since.
#[derive(Clone, Debug, Default)]
struct File {
    durable: Vec<u8>,
    changes: Vec<(u64, Change)>,
}

/// A change of a name.
#[derive(Clone, Debug)]
enum Naming {
    Made(PathBuf),
    Deleted(PathBuf),
    Renamed(PathBuf, PathBuf),
}

/// The files of a folder as they are on the disk, and what is still on its way there.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// By number, as a file keeps its content when its name changes.
    files: Vec<File>,
    /// Names as the process sees them.
    seen: BTreeMap<PathBuf, usize>,
    /// Names that are durable.
    names: BTreeMap<PathBuf, usize>,
    namings: Vec<(u64, Naming, usize)>,
    syncs: BTreeMap<u64, (PathBuf, u64)>,
    /// Counts the entries.
    clock: u64,
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(at, data) => {
                let end = at + data.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                content[*at..end].copy_from_slice(data);
            }
            Self::Truncate(length) => content.resize(*length, 0),
        }
    }

    /// Some of its sectors.
    fn torn(&self, fresh: &mut Fresh) -> Vec<Self> {
        let Self::Write(at, data) = self else { return vec![self.clone()] };
        let (mut kept, mut from) = (Vec::new(), 0);
        while from < data.len() {
            let end = (((at + from) / SECTOR + 1) * SECTOR - at).min(data.len());
            if fresh.bits().is_multiple_of(2) {
                kept.push(Self::Write(at + from, data[from..end].to_vec()));
            }
            from = end;
        }
        kept
    }
}

impl Disk {
    /// Takes in what a record says, from the first entry to the last.
    pub fn play(&mut self, record: &Path) {
        for entry in read(&std::fs::read(record).unwrap_or_default()) {
            self.take(&entry);
        }
    }

    /// Takes in one entry.
    pub fn take(&mut self, entry: &Entry) {
        self.clock += 1;
        match entry {
            Entry::Write { path, at, data } => self.change(path, Change::Write(*at, data.clone())),
            Entry::Truncate { path, length } => self.change(path, Change::Truncate(*length)),
            Entry::SyncBegins { path, number } => {
                self.syncs.insert(*number, (path.clone(), self.clock));
            }
            Entry::SyncEnds { number } => {
                if let Some((path, began)) = self.syncs.remove(number) {
                    self.synced(&path, began);
                }
            }
            Entry::Delete { path } => {
                if let Some(file) = self.seen.remove(path) {
                    self.namings.push((self.clock, Naming::Deleted(path.clone()), file));
                }
            }
            Entry::Rename { from, to } => {
                if let Some(file) = self.seen.remove(from) {
                    self.seen.insert(to.clone(), file);
                    self.namings.push((self.clock, Naming::Renamed(from.clone(), to.clone()), file));
                }
            }
            Entry::Sent(_) => {}
        }
    }

    fn change(&mut self, path: &Path, change: Change) {
        // SQLite makes its -shm file anew at every start, and maps it instead of writing.
        if path.extension().is_some_and(|extension| extension.to_string_lossy().ends_with("-shm")) {
            return;
        }
        let file = *self.seen.entry(path.to_owned()).or_insert_with(|| {
            self.files.push(File::default());
            let file = self.files.len() - 1;
            self.namings.push((self.clock, Naming::Made(path.to_owned()), file));
            file
        });
        self.files[file].changes.push((self.clock, change));
    }

    fn synced(&mut self, path: &Path, began: u64) {
        if let Some(file) = self.seen.get(path) {
            let file = &mut self.files[*file];
            for (at, change) in std::mem::take(&mut file.changes) {
                if at < began { change.apply(&mut file.durable) } else { file.changes.push((at, change)) }
            }
        } else {
            for (at, naming, file) in std::mem::take(&mut self.namings) {
                let inside = match &naming {
                    Naming::Made(name) | Naming::Deleted(name) | Naming::Renamed(_, name) => {
                        name.parent() == Some(path)
                    }
                };
                if inside && at < began {
                    self.name(&naming, file);
                } else {
                    self.namings.push((at, naming, file));
                }
            }
        }
    }

    fn name(&mut self, naming: &Naming, file: usize) {
        match naming {
            Naming::Made(name) => {
                self.names.insert(name.clone(), file);
            }
            Naming::Deleted(name) => {
                self.names.remove(name);
            }
            Naming::Renamed(from, to) => {
                self.names.remove(from);
                self.names.insert(to.clone(), file);
            }
        }
    }

    /// The power goes: of what is not durable some is there and some is not. At times all of it is gone.
    pub fn lose_power(&mut self, fresh: &mut Fresh) {
        let all_gone = fresh.bits().is_multiple_of(3);
        for (_, naming, file) in std::mem::take(&mut self.namings) {
            if !all_gone && fresh.bits().is_multiple_of(2) {
                self.name(&naming, file);
            }
        }
        for file in &mut self.files {
            for (_, change) in std::mem::take(&mut file.changes) {
                let kept = match fresh.bits() % 3 {
                    1 if !all_gone => vec![change],
                    2 if !all_gone => change.torn(fresh),
                    _ => Vec::new(),
                };
                for change in kept {
                    change.apply(&mut file.durable);
                }
            }
        }
        self.seen.clone_from(&self.names);
        self.syncs.clear();
    }

    /// Writes what is durable to a folder, in place of what is there.
    pub fn write_back(&self, folder: &Path) {
        for old in std::fs::read_dir(folder).expect("a folder").flatten() {
            if old.path().extension().is_none_or(|extension| extension != "lock") {
                std::fs::remove_file(old.path()).expect("removed");
            }
        }
        for (path, file) in &self.names {
            let name = path.file_name().expect("a name");
            std::fs::write(folder.join(name), &self.files[*file].durable).expect("written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(at: usize, data: &[u8]) -> Entry {
        Entry::Write { path: "/d/db".into(), at, data: data.to_vec() }
    }

    fn after(entries: &[Entry]) -> Option<Vec<u8>> {
        let mut disk = Disk::default();
        for entry in entries {
            disk.take(entry);
        }
        let file = disk.names.get(Path::new("/d/db"))?;
        Some(disk.files[*file].durable.clone())
    }

    fn begins(path: &str, number: u64) -> Entry {
        Entry::SyncBegins { path: path.into(), number }
    }

    #[test]
    fn only_what_was_written_before_a_whole_sync_is_durable() {
        let ends = |number| Entry::SyncEnds { number };
        let named = [write(0, b"abc"), begins("/d", 1), ends(1)];
        assert_eq!(after(&named[..1]), None, "the name is not durable");
        assert_eq!(after(&named), Some(Vec::new()), "the name is, the content is not");
        let mut more = named.to_vec();
        more.extend([begins("/d/db", 2), write(3, b"def")]);
        assert_eq!(after(&more), Some(Vec::new()), "a sync that has not ended");
        more.push(ends(2));
        assert_eq!(after(&more), Some(b"abc".to_vec()), "what came after its beginning is not durable");
        more.extend([begins("/d/db", 3), ends(3)]);
        assert_eq!(after(&more), Some(b"abcdef".to_vec()));
        more.push(Entry::Delete { path: "/d/db".into() });
        assert_eq!(after(&more), Some(b"abcdef".to_vec()), "a deletion that may not last");
        more.extend([begins("/d", 4), ends(4)]);
        assert_eq!(after(&more), None);
    }

    #[test]
    fn a_write_is_torn_at_sectors() {
        let torn = Change::Write(500, vec![7; 600]).torn(&mut Fresh::new(3));
        let cuts: Vec<(usize, usize)> = torn
            .iter()
            .map(|change| match change {
                Change::Write(at, data) => (*at, data.len()),
                Change::Truncate(_) => (0, 0),
            })
            .collect();
        for (at, length) in cuts {
            assert!([(500, 12), (512, 512), (1024, 76)].contains(&(at, length)), "{at} {length}");
        }
    }
}
