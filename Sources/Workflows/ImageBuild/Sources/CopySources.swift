import BuildGraph
import DockerfileSyntax
import WorkingContainers

/// What COPY and ADD can take files from.
enum CopySources {
    /// Refuses addresses that cannot be fetched, and flags that do not apply to the sources.
    static func check(_ copy: CopyOperation, _ locator: ErrorLocator) throws {
        var (hasWebFile, hasRepository) = (false, false)
        for source in copy.sources {
            let isRepository = try GitReference(source) != nil
            let isElsewhere = isRepository || FetchedFile.isAddress(source)
            guard copy.isAdd || !isElsewhere else {
                throw BuildError(.invalid, "source can't be a URL for COPY: use ADD for \(source)")
            }
            guard isElsewhere || !copy.isAdd || !source.contains("://") else {
                throw BuildError(.unsupported, "ADD supports http and https URLs and git repositories, not \(source)")
            }
            hasRepository = hasRepository || isRepository
            hasWebFile = hasWebFile || isElsewhere && !isRepository
        }
        if let range = copy.checksumRange {
            guard hasWebFile || hasRepository else {
                throw locator.error(.invalid, at: range, "checksum flag is not supported for local sources")
            }
            guard copy.sources.count == 1 else {
                throw locator.error(.invalid, at: range, "--checksum can be used with a single source only")
            }
        }
        if copy.keepsGitDirectory == true, !hasRepository {
            throw BuildError(.invalid, "--keep-git-dir is for git repositories only")
        }
    }
}
