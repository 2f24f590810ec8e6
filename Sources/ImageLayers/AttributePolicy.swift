/// Which extended attributes travel in a layer.
enum AttributePolicy {
    /// Attributes by which overlayfs itself steers lookups: from a stranger's layer they could redirect or hide
    /// lower directories, and in a made layer they would be the driver's own bookkeeping.
    static func isOverlayBookkeeping(_ name: [UInt8]) -> Bool {
        name.starts(with: "user.overlay.".utf8) || name.starts(with: "trusted.overlay.".utf8)
            || name.starts(with: "user.fuseoverlayfs.".utf8) || name.starts(with: "user.containers.override_stat".utf8)
    }

    /// What a made layer carries: file capabilities and the `user.` attributes, as the field's tools do.
    static func isCarried(_ name: [UInt8]) -> Bool {
        if isOverlayBookkeeping(name) { return false }
        return name.elementsEqual("security.capability".utf8) || name.starts(with: "user.".utf8)
    }

    /// Attributes that only a privileged writer may set: without the privilege they are left out silently, since
    /// no container would see them either.
    static func needsPrivilege(_ name: [UInt8]) -> Bool {
        name.starts(with: "trusted.".utf8)
            || (name.starts(with: "security.".utf8) && !name.elementsEqual("security.capability".utf8))
    }
}
