//! A power cut: a file system in a file, and a copy of that file taken at one moment, which holds what was synced and little else.
//!
//! The shop's data stands on an ext4 image behind a loop device. What the kernel has not written back is not in the image; a copy of it,
//! mounted elsewhere, is what a machine finds after its power came back. Needs root and loop devices.

use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

const IMAGE_BYTES: u64 = 128 << 20;

/// A mounted image. Dropping it takes it away.
pub struct Image {
    file: PathBuf,
    pub mounted: PathBuf,
}

impl Image {
    /// Makes an empty one. `Err` says why this machine cannot.
    pub fn new(directory: &Path, name: &str) -> Result<Image, String> {
        let file = directory.join(format!("{name}.img"));
        File::create(&file).and_then(|image| image.set_len(IMAGE_BYTES)).map_err(|error| error.to_string())?;
        run("mkfs.ext4", &["-q", "-F", &text(&file)])?;
        Image::mount(file, directory.join(name))
    }

    fn mount(file: PathBuf, mounted: PathBuf) -> Result<Image, String> {
        std::fs::create_dir_all(&mounted).map_err(|error| error.to_string())?;
        run("mount", &["-o", "loop", &text(&file), &text(&mounted)])?;
        Ok(Image { file, mounted })
    }

    /// What is on the disk in this moment, mounted beside.
    pub fn after_power_cut(&self, directory: &Path, name: &str) -> Image {
        let file = directory.join(format!("{name}.img"));
        // Without its writer the kernel soon rests, too; what is read twice alike was there at one moment.
        loop {
            run("cp", &["--sparse=always", &text(&self.file), &text(&file)]).expect("the image can be copied");
            if run("cmp", &["--silent", &text(&self.file), &text(&file)]).is_ok() {
                break;
            }
        }
        Image::mount(file, directory.join(name)).expect("the copy can be mounted: the file system has a journal of its own")
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // Lazily, so that a test that fails leaves nothing mounted.
        let _ = run("umount", &["-l", &text(&self.mounted)]);
        if !std::thread::panicking() {
            let _ = std::fs::remove_file(&self.file);
        }
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("{program}: {error}")),
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
