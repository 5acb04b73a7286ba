//! The same bad disks as in `disk.rs`, but real: file systems that are full or can only be read.
//!
//! Mounting needs a right that a developer's shell and an ordinary CI lack, so these are ignored.
//! `unshare -m cargo test --test it chaos::mounts -- --ignored` runs them as root;
//! `unshare -Urm cargo test --test it chaos::mounts::tmpfs -- --ignored` as anybody, where the system lets
//! users make namespaces. Either way the mounts end with the command.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bot::{Bot, Scene};
use super::disk::{in_order, start_fails};
use crate::support::telegram::User;

/// A file system of its own under the database. It is unmounted when it is dropped.
struct Mount {
    folder: PathBuf,
}

fn run(command: &str, arguments: &[&str], path: &Path) {
    let output = Command::new(command).args(arguments).arg(path).output().expect(command);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command} {arguments:?} {}: {said}", path.display());
}

impl Mount {
    /// A few megabytes of memory.
    fn tmpfs(scene: &Scene) -> Self {
        std::fs::create_dir_all(scene.data()).expect("a folder");
        run("mount", &["-t", "tmpfs", "-o", "size=8m", "digidel-test"], &scene.data());
        Self { folder: scene.data() }
    }

    /// A disk in a file, which the kernel makes read-only at the first error, as most systems do.
    fn ext4(scene: &Scene) -> Self {
        std::fs::create_dir_all(scene.data()).expect("a folder");
        let image = Self::image(scene);
        File::create(&image).and_then(|file| file.set_len(16 << 20)).expect("a file");
        run("mkfs.ext4", &["-q", "-F"], &image);
        let mount = Self { folder: scene.data() };
        mount.attach(&image);
        mount
    }

    fn image(scene: &Scene) -> PathBuf {
        scene.folder.path().join("disk.img")
    }

    fn attach(&self, image: &Path) {
        let image = image.to_str().expect("a path");
        run("mount", &["-o", "loop,errors=remount-ro", image], &self.folder);
    }

    fn again_with(&self, options: &str) {
        run("mount", &["-o", &format!("remount,{options}")], &self.folder);
    }

    fn detach(&self) {
        run("umount", &[], &self.folder);
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        let mut file = File::create(self.folder.join("ballast")).expect("a file");
        let error = loop {
            if let Err(error) = file.write_all(&[0x5A; 512]) {
                break error;
            }
        };
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.folder.join("ballast")).expect("removed");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A test that failed may have left it in use, or unmounted.
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).output();
    }
}

const KIND_WORD: &str = "Det är ett fel hos mig";

/// A bot that has answered, on a disk of its own.
async fn opened(mount: fn(&Scene) -> Mount) -> (Scene, Mount, Bot, User) {
    let scene = Scene::open().await;
    let disk = mount(&scene);
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    let user = scene.telegram.user(1);
    user.answer_to(&user.say("hej")).await.expect("an answer");
    (scene, disk, bot, user)
}

/// Somebody writes until nothing can be saved any more: what SQLite has reserved already is used up first.
/// Then the operator reads why, nothing is confirmed, and the bot waits.
async fn talks_until_it_fails(scene: &Scene, bot: &mut Bot, user: &User, operator_reads: &str) {
    let mut failed = false;
    for _ in 0..400 {
        let said = user.say(&"bankid fungerar inte ".repeat(40));
        let answer = user.answer_to(&said).await.expect("an answer, or a kind word");
        failed = answer.text.contains(KIND_WORD);
        if failed {
            break;
        }
    }
    assert!(failed, "the disk never failed");
    user.say("hallå?");
    scene.until("the operator is told", async || scene.said().contains(operator_reads)).await;
    assert!(!scene.telegram.pending().is_empty(), "what is not on disk is not confirmed");
    assert_eq!(bot.ended(), None, "the bot waits");
}

fn kind_words(user: &User) -> usize {
    user.screen().of_bot().filter(|bubble| bubble.text.contains(KIND_WORD)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts: see the head of the file"]
async fn tmpfs_that_is_full() {
    let (scene, disk, mut bot, user) = opened(Mount::tmpfs).await;
    disk.fill();
    talks_until_it_fails(&scene, &mut bot, &user, "the disk of the database is full").await;
    disk.make_room();
    let last = user.say("/privacy");
    scene.until("everything is handled", async || scene.telegram.pending().is_empty()).await;
    user.answer_to(&last).await.expect("an answer");
    in_order(&scene).await;
    assert_eq!(kind_words(&user), 1, "said once\n{}", user.screen());
    scene.kill(bot);
    // And a start on it.
    for file in std::fs::read_dir(scene.data()).expect("a folder") {
        std::fs::remove_file(file.expect("an entry").path()).expect("removed");
    }
    disk.fill();
    let (status, said) = start_fails(&scene, None).await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("is full"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts: see the head of the file"]
async fn tmpfs_mounted_for_reading() {
    let (scene, disk, bot, user) = opened(Mount::tmpfs).await;
    scene.kill(bot);
    disk.again_with("ro");
    let waiting = user.say("bankid fungerar inte");
    let (status, said) = start_fails(&scene, None).await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("write-protected"), "{said}");
    disk.again_with("rw");
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    user.answer_to(&waiting).await.expect("an answer");
    in_order(&scene).await;
    scene.kill(bot);
}

/// What an ext4 does at an error: open or not, from now on nothing can be written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "mounts: see the head of the file"]
async fn ext4_that_the_kernel_closes() {
    let (scene, disk, mut bot, user) = opened(Mount::ext4).await;
    disk.again_with("abort");
    talks_until_it_fails(&scene, &mut bot, &user, "the disk of the database fails").await;
    assert_eq!(kind_words(&user), 1, "said once\n{}", user.screen());
    // Such a disk works again when it has been repaired and mounted anew, and so the bot is started anew.
    scene.kill(bot);
    disk.detach();
    let image = Mount::image(&scene);
    // 1: errors were repaired.
    let repaired = Command::new("fsck.ext4").arg("-fy").arg(&image).output().expect("fsck.ext4");
    let said = String::from_utf8_lossy(&repaired.stdout);
    assert!(matches!(repaired.status.code(), Some(0 | 1)), "{said}");
    disk.attach(&image);
    let mut bot = scene.start(None);
    scene.ready(&mut bot).await;
    scene.until("everything is handled", async || scene.telegram.pending().is_empty()).await;
    let last = user.say("/privacy");
    user.answer_to(&last).await.expect("an answer");
    in_order(&scene).await;
    scene.kill(bot);
}
