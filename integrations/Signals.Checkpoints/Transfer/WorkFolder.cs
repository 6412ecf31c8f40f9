using Signals.Checkpoints.Folders;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// A folder in which a store lies while it is sent, fetched or replaced. A marker in it says that it is ours: without the marker nothing
/// in it is deleted, whatever it looks like. Thread contract: one thread. Lifetime: one upload, restoring or erasure; disposing
/// deletes it, unless a replaced store is still in it.
/// </summary>
/// <remarks>
/// Invariants. One caller uses it at a time, also of several processes, which a lock file beside it sees to. The marker is durable before
/// anything else is in the folder, and goes last, so that what a crash leaves is known as ours.
/// </remarks>
internal sealed class WorkFolder : IDisposable
{
    private const string LockSuffix = ".lock";
    private const string MarkerName = "SIGNALS-WORK";
    private const string ReplacedName = "replaced";
    private const string UnfinishedSuffix = ".tmp"; // a local checkpoint has it until it is complete

    private static readonly byte[] MarkerContent = "Signals work folder, version 1\n"u8.ToArray();

    private readonly string _path;
    private readonly FileStream _lock;

    /// <summary>Takes the folder, creates it if it is missing, and deletes what a killed process left to be sent or fetched.</summary>
    /// <exception cref="FileOperationException">Another caller uses it, or it is not proven to be ours. Nothing is changed.</exception>
    public WorkFolder(string path)
    {
        _path = path;
        string lockFile = path + LockSuffix;
        try
        {
            DurableFolder.Create(Path.GetDirectoryName(path)!);
            _lock = new FileStream(lockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException(
                "lock", lockFile, $"{e.Message} One upload, restoring or erasure uses it at a time; give each a folder of its own", e);
        }

        try
        {
            Begin();
            DeleteStore();
        }
        catch (Exception e)
        {
            _lock.Dispose();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new FileOperationException("create", path, e.Message, e);
            }

            throw;
        }
    }

    /// <summary>Where the store lies that is sent or fetched. The caller makes it.</summary>
    public string StorePath => Path.Combine(_path, "store");

    /// <summary>Where the local store lies from when it gives way to the restored one until it is deleted or set aside.</summary>
    public string ReplacedPath => Path.Combine(_path, ReplacedName);

    /// <summary>Whether a replaced store is there. It may be the only one on this machine.</summary>
    public bool HasReplaced => Directory.Exists(ReplacedPath);

    /// <summary>Whether a killed process left a replaced store in a work folder.</summary>
    public static bool HasReplacedAt(string path) => Directory.Exists(Path.Combine(path, ReplacedName));

    /// <summary>Deletes what was to be sent or fetched.</summary>
    public void Clear()
    {
        try
        {
            DeleteStore();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("delete", StorePath, e.Message, e);
        }
    }

    public void Dispose()
    {
        try
        {
            DeleteStore();
            if (!HasReplaced)
            {
                File.Delete(Path.Combine(_path, MarkerName));
                Directory.Delete(_path);
            }
        }
        catch (Exception e) when (e is SignalsException or IOException or UnauthorizedAccessException)
        {
            // What was done stays done, and an error that led here is the one to report. The next use clears the folder, or says why not.
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private void Begin()
    {
        DurableFolder.Create(_path);
        string marker = Path.Combine(_path, MarkerName);
        string[] entries = Directory.GetFileSystemEntries(_path);
        bool isMarked = File.Exists(marker) && File.ReadAllBytes(marker).AsSpan().SequenceEqual(MarkerContent);

        // A power cut may leave the marker without its content. Nothing else is in the folder then.
        if (!isMarked && entries.Any(entry => entry != marker))
        {
            throw new FileOperationException(
                "use", _path,
                $"it holds '{Path.GetFileName(entries.First(entry => entry != marker))}' and no marker that says that it is a work "
                + "folder, so nothing in it is deleted; move it away or choose another folder");
        }

        if (!isMarked)
        {
            File.Delete(marker);
            using (FileStream file = DurableFolder.CreateFile(marker))
            {
                file.Write(MarkerContent);
                DurableFolder.Sync(file.SafeFileHandle, marker);
            }

            DurableFolder.Sync(_path);
        }
    }

    private void DeleteStore()
    {
        StoreFolders.Delete(StorePath);
        StoreFolders.Delete(StorePath + UnfinishedSuffix);
    }
}
