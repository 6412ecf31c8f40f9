using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Carries out a <see cref="CheckpointContent"/>: makes a folder with the same tables and logs, which appears under its name when
/// all of it is durable. Thread contract: one thread. It changes nothing in the store's folder.
/// </summary>
internal sealed class CheckpointWriter(StoreFolder source, string target)
{
    private int _files;
    private long _bytes;
    private long _shared;

    /// <exception cref="FileOperationException">
    /// The disk refused a write, or the target exists. Nothing is left under the target's name.
    /// </exception>
    public CheckpointInfo Write(CheckpointContent content, CancellationToken cancellationToken)
    {
        using StagingFolder staged = new(source.Files, target);

        // The manifest comes first, because a manifest cannot be created beside files that it does not name.
        StoreFolder folder = staged.Folder;
        Manifest.Create(folder, content.State).Dispose();
        string? lastLog = content.LogEnd > LogFormat.HeaderBytes
            ? null
            : content.Files.Where(name => NumberOfLog(name) > 0).MaxBy(NumberOfLog);
        foreach (string name in content.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(source.PathOf(name), folder.PathOf(name), isLast: name == lastLog);
        }

        AddLog(content, folder);
        staged.Publish();
        return new CheckpointInfo { Directory = target, Files = _files, Bytes = _bytes, SharedBytes = _shared };
    }

    /// <summary>
    /// The number of a log; 0 for another file. Names must not be compared as texts, because from the millionth log on their
    /// order differs.
    /// </summary>
    private static ulong NumberOfLog(string name) => StoreFiles.Classify(name, out ulong number) == StoreFileKind.Log ? number : 0;

    /// <summary>
    /// Shares a file, or copies it. Opening a store rewrites the seal of its last log, so the last log is not shared. Of a log that
    /// ended early the entries are copied, because most of the file may be zeros.
    /// </summary>
    private void Add(string from, string to, bool isLast)
    {
        ulong log = NumberOfLog(Path.GetFileName(to));
        bool shared = !isLast && (log == 0 || !LogScan.HasMuchRoom(source.Files, from)) && source.Files.TryLink(from, to);
        if (!shared && log != 0)
        {
            LogScan.CopySealed(source.Files, from, log, to);
        }
        else if (!shared)
        {
            FileCopy.Copy(source.Files, from, to);
        }

        long length = LengthOf(to);
        _shared += shared ? length : 0;
        Count(length);
    }

    /// <summary>The store goes on writing its current log, so the entries up to the plan's end are copied.</summary>
    private void AddLog(CheckpointContent content, StoreFolder folder)
    {
        if (content.Log != 0 && content.LogEnd > LogFormat.HeaderBytes)
        {
            string copy = folder.Log(content.Log);
            LogScan.CopySealed(source.Files, source.Log(content.Log), content.Log, content.LogEnd, copy);
            Count(LengthOf(copy));
        }

        string first = folder.Log(content.FirstLiveLog);
        if (!source.Files.FileExists(first))
        {
            LogWriter.Prepare(source.Files, first, content.FirstLiveLog, LogFormat.EmptyBytes);
            Count(LengthOf(first));
        }
    }

    private void Count(long length)
    {
        _files++;
        _bytes += length;
    }

    private long LengthOf(string path)
    {
        using IFile file = source.Files.Open(path, FileOpenMode.Read);
        return file.Length;
    }
}
