/// The profile for hosts without containers-common: equivalent to its default profile, in our own tables.
extension SeccompProfile {
    /// Unlisted calls fail as if the kernel did not implement them (ENOSYS), so that programs fall back.
    static let builtIn = SeccompProfile(
        defaultAction: "SCMP_ACT_ERRNO", defaultErrno: noSuchCall,
        subarchitectures: [
            "SCMP_ARCH_X86_64": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"], "SCMP_ARCH_AARCH64": ["SCMP_ARCH_ARM"],
            "SCMP_ARCH_S390X": ["SCMP_ARCH_S390"],
        ],
        rules: [Rule(names: words(refused), action: "SCMP_ACT_ERRNO", errno: notPermitted), allowing(words(allowed))]
            + personalities + machineSpecific + capabilityBound + sockets)

    private static let notPermitted: UInt16 = 1
    private static let invalidArgument: UInt16 = 22
    private static let noSuchCall: UInt16 = 38

    private static func words(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static func allowing(_ names: [String]) -> Rule {
        Rule(names: names, action: "SCMP_ACT_ALLOW")
    }

    /// Execution domains that do not affect what a container relies on: Linux, 32 bit, and without address
    /// randomisation.
    private static let personalities: [Rule] = ([0x0, 0x8, 0x20000, 0x20008, 0xffff_ffff] as [UInt64]).map { value in
        var rule = allowing(["personality"])
        rule.arguments = [Argument(index: 0, value: value, valueTwo: 0, comparison: "SCMP_CMP_EQ")]
        return rule
    }

    private static let machineSpecific: [Rule] = [
        (["ppc64le"], "sync_file_range2"),
        (
            ["arm", "arm64"],
            "arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2"
        ),
        (["amd64", "x32"], "arch_prctl"),
        (["amd64", "x32", "x86"], "modify_ldt"),
        (["s390", "s390x"], "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr"),
    ].map { architectures, names in
        var rule = allowing(words(names))
        rule.includes.architectures = architectures
        return rule
    }

    /// Allowed with the capability, otherwise refused like the kernel does (EPERM).
    private static let capabilityBound: [Rule] = [
        ("DAC_READ_SEARCH", "open_by_handle_at"),
        (
            "SYS_ADMIN",
            "bpf fanotify_init lookup_dcookie perf_event_open quotactl setdomainname sethostname setns"
        ),
        ("SYS_CHROOT", "chroot"),
        ("SYS_MODULE", "delete_module finit_module init_module query_module"),
        ("SYS_PACCT", "acct"),
        ("SYS_PTRACE", "kcmp process_madvise"),
        ("SYS_RAWIO", "ioperm iopl"),
        ("SYS_TIME", "clock_settime clock_settime64 settimeofday stime"),
        ("SYS_TTY_CONFIG", "vhangup"),
    ].flatMap { name, calls in
        let capability = CapabilitySet(name: name) ?? []
        var allowed = allowing(words(calls))
        allowed.includes.capabilities = capability
        var refused = Rule(names: words(calls), action: "SCMP_ACT_ERRNO", errno: notPermitted)
        refused.excludes.capabilities = capability
        return [allowed, refused]
    }

    /// All sockets except the audit subsystem's (AF_NETLINK with NETLINK_AUDIT), which need CAP_AUDIT_WRITE.
    private static let sockets: [Rule] = {
        let netlink = Argument(index: 0, value: 16, valueTwo: 0, comparison: "SCMP_CMP_EQ")
        let audit = Argument(index: 2, value: 9, valueTwo: 0, comparison: "SCMP_CMP_EQ")
        let capability = CapabilitySet(name: "AUDIT_WRITE") ?? []
        var refused = Rule(names: ["socket"], action: "SCMP_ACT_ERRNO", errno: invalidArgument)
        refused.arguments = [netlink, audit]
        refused.excludes.capabilities = capability
        var unrestricted = allowing(["socket"])
        unrestricted.includes.capabilities = capability
        let others = [netlink, audit].map { argument in
            var rule = allowing(["socket"])
            rule.arguments = [argument]
            rule.arguments[0].comparison = "SCMP_CMP_NE"
            rule.excludes.capabilities = capability
            return rule
        }
        return [refused, unrestricted] + others
    }()

    /// Obsolete or dangerous calls that are refused explicitly, so that they do not appear to be missing.
    private static let refused = """
        bdflush io_pgetevents kexec_file_load kexec_load migrate_pages move_pages nfsservctl nice oldfstat
        oldlstat oldolduname oldstat olduname pciconfig_iobase pciconfig_read pciconfig_write sgetmask ssetmask
        swapcontext swapoff swapon sysfs uselib userfaultfd ustat vm86 vm86old vmsplice
        """

    private static let allowed = """
        _llseek _newselect accept accept4 access adjtimex alarm bind brk capget capset chdir chmod chown chown32
        clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
        clock_nanosleep clock_nanosleep_time64 clone clone3 close close_range connect copy_file_range creat dup
        dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait
        epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64
        fadvise64_64 fallocate fanotify_mark fchdir fchmod fchmodat fchown fchown32 fchownat fcntl fcntl64
        fdatasync fgetxattr flistxattr flock fork fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat
        fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_time64 futimesat
        get_mempolicy get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32
        geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid
        getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid
        getsockname getsockopt gettid gettimeofday getuid getuid32 getxattr inotify_add_watch inotify_init
        inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_setup io_submit ioctl ioprio_get
        ioprio_set ipc keyctl kill landlock_add_rule landlock_create_ruleset landlock_restrict_self lchown
        lchown32 lgetxattr link linkat listen listxattr llistxattr lremovexattr lseek lsetxattr lstat lstat64
        madvise mbind membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock mlock2
        mlockall mmap mmap2 mount mount_setattr move_mount mprotect mq_getsetattr mq_notify mq_open
        mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap msgctl msgget
        msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat open open_tree
        openat openat2 pause pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root pkey_alloc pkey_free
        pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease
        process_vm_readv process_vm_writev pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read
        readahead readdir readlink readlinkat readv reboot recv recvfrom recvmmsg recvmmsg_time64 recvmsg
        remap_file_pages removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
        rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
        rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
        sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
        sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp select semctl
        semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_mempolicy
        set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32
        setgroups setgroups32 setitimer setns setpgid setpriority setregid setregid32 setresgid setresgid32
        setresuid setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid setuid32 setxattr shmat
        shmctl shmdt shmget shutdown sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask
        sigreturn sigsuspend socketcall socketpair splice stat stat64 statfs statfs64 statx symlink symlinkat
        sync sync_file_range syncfs syscall sysinfo syslog tee tgkill time timer_create timer_delete
        timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd timerfd_create
        timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate truncate64
        ugetrlimit umask umount umount2 uname unlink unlinkat unshare utime utimensat utimensat_time64 utimes
        vfork wait4 waitid waitpid write writev
        """
}
