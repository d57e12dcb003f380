import Glibc
import TestSupport

/// A folder that forgets at a power cut whatever its program has not synced: a stand-in for a disk of its own, where
/// none can be mounted.
///
/// A library loaded before libc copies a file aside whenever the program syncs it, together with the folder's list of
/// names, as a journalling file system writes both down. The power cut puts the copies back: a file that was never
/// synced is empty, one that was not listed is gone.
final class ForgetfulFolder: Sendable {
    let path: String
    /// For the program's environment.
    let environment: [String: String]
    private let kept: String
    private let folder: TemporaryFolder

    private static let source = """
        #define _GNU_SOURCE
        #include <dirent.h>
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <limits.h>
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/sendfile.h>
        #include <sys/stat.h>
        #include <unistd.h>
        static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
        static void copy_content(const char *from, const char *kept) {
            struct stat status;
            char part[PATH_MAX], whole[PATH_MAX];
            int source = open(from, O_RDONLY | O_CLOEXEC);
            if (source < 0 || fstat(source, &status) != 0) abort();
            snprintf(part, sizeof part, "%s/part", kept);
            snprintf(whole, sizeof whole, "%s/%llu", kept, (unsigned long long)status.st_ino);
            int target = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
            if (target < 0) abort();
            while (sendfile(target, source, NULL, 1 << 20) > 0) {}
            close(target);
            close(source);
            if (rename(part, whole) != 0) abort();
        }
        static void copy_names(const char *folder, const char *kept) {
            char part[PATH_MAX], whole[PATH_MAX];
            snprintf(part, sizeof part, "%s/part", kept);
            snprintf(whole, sizeof whole, "%s/names", kept);
            FILE *list = fopen(part, "we");
            DIR *names = opendir(folder);
            if (!list || !names) abort();
            for (struct dirent *entry; (entry = readdir(names));)
                if (entry->d_type == DT_REG)
                    fprintf(list, "%llu %s\\n", (unsigned long long)entry->d_ino, entry->d_name);
            closedir(names);
            fclose(list);
            if (rename(part, whole) != 0) abort();
        }
        static void synced(int file) {
            const char *folder = getenv("FORGETFUL_FOLDER"), *kept = getenv("FORGETFUL_KEPT");
            char link[64], path[PATH_MAX];
            if (!folder || !kept) return;
            snprintf(link, sizeof link, "/proc/self/fd/%d", file);
            ssize_t length = readlink(link, path, sizeof path - 1);
            if (length < 0) return;
            path[length] = 0;
            size_t prefix = strlen(folder);
            if (strncmp(path, folder, prefix) != 0 || (path[prefix] != '/' && path[prefix] != 0)) return;
            pthread_mutex_lock(&lock);
            if (path[prefix] == '/') copy_content(path, kept);
            copy_names(folder, kept);
            pthread_mutex_unlock(&lock);
        }
        int fsync(int file) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
            int code = real(file);
            if (code == 0) synced(file);
            return code;
        }
        int fdatasync(int file) {
            int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
            int code = real(file);
            if (code == 0) synced(file);
            return code;
        }
        """

    init() throws {
        folder = try TemporaryFolder("forgetful")
        path = try folder.folder("state")
        kept = try folder.folder("kept")
        environment = [
            "LD_PRELOAD": try Preload.compile(ForgetfulFolder.source, in: folder), "FORGETFUL_FOLDER": path,
            "FORGETFUL_KEPT": kept,
        ]
    }

    /// What is left after a power cut. The program must not run any more.
    func cutPower() throws {
        var listed: [String: String] = [:]
        for line in (fileText("\(kept)/names") ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw SupportFailure("the list of names is damaged: \(line)") }
            listed[parts[1]] = parts[0]
        }
        let present = folderEntries(path)
        for name in present where listed[name] == nil { unlink("\(path)/\(name)") }
        for (name, number) in listed {
            let content = fileBytes("\(kept)/\(number)") ?? []
            // A file that has everything stays as it is, with the times that the file system gave it.
            if fileBytes("\(path)/\(name)") != content { try overwrite("\(path)/\(name)", content) }
        }
    }

    private func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw SupportFailure("cannot open \(path)") }
        defer { close(file) }
        guard write(file, bytes, bytes.count) == bytes.count else { throw SupportFailure("cannot write \(path)") }
    }
}
