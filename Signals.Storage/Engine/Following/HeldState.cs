using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Following;

/// <summary>
/// One state of a store on the disk, with every file of it open, for work that takes long beside a process that writes and deletes files.
/// </summary>
/// <remarks>Thread contract: immutable; one thread. Lifetime: of that work; disposing closes the files.</remarks>
internal sealed class HeldState : IDisposable
{
    private readonly HeldFiles _held;
    private readonly ManifestLook _look;
    private readonly ulong[] _sealed;
    private readonly ulong _log;
    private readonly long _logEnd;

    private HeldState(HeldFiles held, string directory, ManifestLook look, FollowedLogs logs)
    {
        _held = held;
        _look = look;
        Folder = new StoreFolder(held, directory);
        _sealed = look.State.FirstLiveLog == 0 ? [] : logs.Sealed;
        bool isOpen = !logs.End.IsSealed && look.State.FirstLiveLog != 0; // a store that is being made names no log yet
        _log = isOpen ? logs.End.Log : 0;
        _logEnd = isOpen ? logs.End.Offset : 0;
    }

    /// <summary>The folder, through files that stay readable.</summary>
    public StoreFolder Folder { get; }

    /// <summary>Opens everything that one state consists of.</summary>
    /// <param name="files">The file system. Only reads of the store's own folder come from here.</param>
    /// <param name="directory">The store's folder.</param>
    /// <exception cref="CorruptionException">A file is damaged or missing.</exception>
    /// <exception cref="FileOperationException">A file is missing, or cannot be opened.</exception>
    public static HeldState Take(IFileSystem files, string directory)
    {
        StoreFolder folder = new(files, directory);
        return StableLook.Take(() => ManifestLook.Read(folder, before: null), look => Take(folder, look));
    }

    /// <summary>What a verification reads.</summary>
    public VerifyScope ToVerify() => new(
        _look.State, StoreFiles.Manifest(_look.Number), ManifestProblem: null, _sealed, _log, _logEnd);

    /// <summary>What a checkpoint consists of: what was acknowledged before the state was taken is in it.</summary>
    public CheckpointContent ToCheckpoint() => new(
        [.. _look.State.Snapshot()],
        [
            .. _look.State.DataFiles(),
            .. _sealed.Select(StoreFiles.Log),
            .. Folder.Files.FileExists(Folder.Definitions) ? [StoreFiles.Definitions] : Array.Empty<string>(),
        ],
        _look.State.FirstLiveLog,
        _log,
        _logEnd);

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private static (bool IsDone, HeldState Result) Take(StoreFolder folder, ManifestLook look)
    {
        HeldFiles held = new(folder.Files);
        bool isDone = false;
        try
        {
            held.Hold(folder.Manifest(look.Number));
            foreach (string name in look.State.DataFiles())
            {
                held.Hold(folder.PathOf(name));
            }

            using FollowedLogs logs = FollowedLogs.Open(folder, look.State, default);
            logs.Scan(context: null, checksEnd: true);
            foreach (ulong log in logs.Sealed.Append(logs.End.Log).Where(log => log != 0))
            {
                held.Hold(folder.Log(log));
            }

            isDone = look.AnswersAs(ManifestLook.Read(folder, look));
            return (isDone, new HeldState(held, folder.Path, look, logs));
        }
        finally
        {
            if (!isDone)
            {
                held.Dispose();
            }
        }
    }
}
