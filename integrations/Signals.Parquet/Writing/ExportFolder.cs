using Signals.Parquet.Layout;
using Signals.Parquet.Reading;
using Signals.Training.Making;

namespace Signals.Parquet.Writing;

/// <summary>
/// The folder of one event type: it is empty before an export, or holds files that an earlier one wrote and that may be replaced.
/// Thread contract: one thread. Lifetime: until disposed, which lets go of the lock.
/// </summary>
internal sealed class ExportFolder : IDisposable
{
    private const string LockFile = ".export.lock";

    // A link could lead out of the folder: what it leads to is not ours.
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        MatchCasing = MatchCasing.CaseInsensitive,
        IgnoreInaccessible = false,
    };

    private readonly string _path;
    private readonly FileStream? _lock;
    private readonly List<string> _old;

    private ExportFolder(string path, FileStream? held, List<string> old) => (_path, _lock, _old) = (path, held, old);

    /// <summary>The path of the folder.</summary>
    public string FullPath => _path;

    /// <summary>Looks at the folder and changes nothing.</summary>
    /// <param name="root">The folder of the export.</param>
    /// <param name="eventType">The event type.</param>
    /// <param name="options">Whether files of an earlier export may be replaced, and which events are exported.</param>
    /// <exception cref="FileOperationException">There are files that may not be replaced.</exception>
    public static void Check(string root, string eventType, ParquetExportOptions options) =>
        Old(PathOf(root, eventType), eventType, options);

    /// <summary>Makes the folder, keeps other exports out of it until disposed, and looks at it.</summary>
    /// <inheritdoc cref="Check" path="/param"/>
    /// <exception cref="FileOperationException">Another export is at work, or there are files that may not be replaced.</exception>
    public static ExportFolder Lock(string root, string eventType, ParquetExportOptions options)
    {
        string path = PathOf(root, eventType);
        Directory.CreateDirectory(path);
        FileStream held = Hold(path);
        try
        {
            return new ExportFolder(path, held, Old(path, eventType, options));
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Gives the files their names. The marker of a complete folder goes first and comes back last, so a reader that looks for it sees
    /// the old files, or the new ones, never some of each. Old files have hidden names until then; an error gives them theirs back.
    /// </summary>
    /// <exception cref="FileOperationException">A name is taken, or old files cannot be given their names back.</exception>
    public void Publish(IReadOnlyList<PartFile> files)
    {
        string marker = Path.Combine(_path, LakeFormat.SuccessFile);
        string[] folders = [.. files.Select(file => file.Path).Concat(_old).Select(file => Path.GetDirectoryName(file)!)
            .Append(_path).Distinct()];
        List<(string Name, string Aside)> moved = [];
        List<string> made = [];
        try
        {
            MoveAside(File.Exists(marker) ? [marker] : [], moved);
            DurableFiles.SyncFolder(_path);
            MoveAside(_old, moved);
            foreach (PartFile file in files)
            {
                file.Publish(overwrite: false);
                made.Add(file.Path);
            }

            Array.ForEach(folders, DurableFiles.SyncFolder);
            using (new FileStream(marker, FileMode.CreateNew))
            {
                // The marker is an empty file.
                made.Add(marker);
            }

            DurableFiles.SyncFolder(_path);
        }
        catch (Exception cause)
        {
            // Without the new marker the old export is the one that counts.
            Restore(cause, moved, made);
            throw;
        }

        moved.ForEach(file => File.Delete(file.Aside));
        Array.ForEach(folders, DurableFiles.SyncFolder);
        if (Path.GetDirectoryName(_path) is { } parent)
        {
            DurableFiles.SyncFolder(parent);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();

    private static string PathOf(string root, string eventType) => Path.Combine(root, LakeFormat.TypePartition + eventType);

    // The file stays: if it were deleted, two exports could hold locks of two files that had one name.
    private static FileStream Hold(string path)
    {
        string file = Path.Combine(path, LockFile);
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error)
        {
            // The system's words do not say that an export is at work.
            throw new FileOperationException(
                "export to", path, $"its lock '{file}' is not free; wait for the other export, or choose another folder", error);
        }
    }

    private static List<string> Old(string path, string eventType, ParquetExportOptions options)
    {
        List<string> old = [];
        if (!Directory.Exists(path))
        {
            return old;
        }

        foreach (string file in Directory.EnumerateFiles(path, "*" + LakeFormat.Extension, All))
        {
            if (Path.GetFileName(file)[0] is '.' or '_')
            {
                continue;
            }

            if (!options.Overwrite)
            {
                throw new FileOperationException(
                    "export to",
                    path,
                    $"it has files already, such as '{file}'; choose another folder, or set {nameof(ParquetExportOptions.Overwrite)}");
            }

            RequireOurs(file, eventType);
            old.Add(file);
        }

        return old.Count == 0 || (options.From is null && options.To is null) ? old : throw new FileOperationException(
            "export to",
            path,
            $"it holds an export, and {nameof(ParquetExportOptions.From)} or {nameof(ParquetExportOptions.To)} would drop its other "
            + "events; use a folder of its own, or export without them");
    }

    private static void MoveAside(List<string> files, List<(string Name, string Aside)> moved)
    {
        foreach (string file in files)
        {
            string aside = Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.{Guid.NewGuid():N}.old");
            File.Move(file, aside);
            moved.Add((file, aside));
        }
    }

    // New names go before old ones come back, the old marker last; one that fails does not keep the others from it.
    private void Restore(Exception cause, List<(string Name, string Aside)> moved, List<string> made)
    {
        List<Exception> errors = [];
        Try(made.AsEnumerable().Reverse(), File.Delete, errors);
        Try(moved.AsEnumerable().Reverse(), file => File.Move(file.Aside, file.Name), errors);
        if (errors.Count > 0)
        {
            throw new FileOperationException(
                "restore",
                _path,
                $"the export failed ({cause.Message}) and so did giving the earlier files their names back; they are called '.NAME.*.old'",
                new AggregateException([cause, .. errors]));
        }
    }

    private static void Try<T>(IEnumerable<T> items, Action<T> action, List<Exception> errors)
    {
        foreach (T item in items)
        {
            try
            {
                action(item);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Thrown by the caller, with all others.
                errors.Add(error);
            }
        }
    }

    private static void RequireOurs(string file, string eventType)
    {
        using SourceFile open = SourceFile.Open(file);
        if (open.Description is not { Kind: LakeFileKind.Events } description || description.Name != eventType)
        {
            throw new FileOperationException(
                "replace", file, $"it is no export of '{eventType}' that Signals wrote; move it away or choose another folder");
        }
    }
}
