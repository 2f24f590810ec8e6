/// Which extended attributes are kept in layers.
enum AttributePolicy {
    /// Attributes by which overlayfs itself steers lookups: in an untrusted layer they could redirect or hide lower
    /// directories, and in a created layer they would leak the driver's own bookkeeping.
    static func isOverlayBookkeeping(_ name: [UInt8]) -> Bool {
        name.starts(with: "user.overlay.".utf8) || name.starts(with: "trusted.overlay.".utf8)
            || name.starts(with: "user.fuseoverlayfs.".utf8) || name.starts(with: "user.containers.override_stat".utf8)
    }

    /// What a created layer includes: file capabilities and the `user.` attributes, as other container tools do.
    static func isCarried(_ name: [UInt8]) -> Bool {
        if isOverlayBookkeeping(name) { return false }
        return name.elementsEqual(fileCapability) || name.starts(with: "user.".utf8)
    }

    /// What applying a layer sets. An untrusted layer must not choose labels of the host's security modules or
    /// `trusted.` attributes, whatever privileges the caller has.
    static func isApplied(_ name: [UInt8]) -> Bool {
        if name.isEmpty || name.contains(0) || isOverlayBookkeeping(name) { return false }
        return name.elementsEqual(fileCapability) || name.elementsEqual("security.ima".utf8)
            || name.starts(with: "user.".utf8) || name.starts(with: "system.posix_acl_".utf8)
    }

    static let fileCapability = Array("security.capability".utf8)
}
