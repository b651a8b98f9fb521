//! Directories for data.

use std::fs::DirBuilder;
use std::path::Path;

use super::CliResult;

/// Makes the directory for data when it is missing, for whoever runs the program and no one else on the machine.
pub(super) fn make(path: &Path) -> CliResult {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|cause| {
        format!("the directory {} cannot be made: {cause}. Choose another with --data DIR.", path.display())
    })
}
