using System.Globalization;
using Signals.Checkpoints.Folders;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// Puts a restored store in the place of the local one, by two renames, and decides what becomes of the local one: it is deleted only if
/// what takes its place is proven to hold at least as much. Thread contract: one thread. Lifetime: one activation.
/// </summary>
/// <remarks>
/// The local store is looked at again when it has left its name, because fetching takes long and a process may have opened it meanwhile.
/// A crash between the renames leaves it in the work folder, where <see cref="FinishInterrupted"/> finds it.
/// </remarks>
internal sealed class StoreReplacement(string path, StoreOptions? storeOptions, TimeProvider time)
{
    private const string ReplacedSuffix = ".replaced";
    private const string DamagedSuffix = ".damaged";

    /// <summary>Brings a local store back that an interrupted replacement moved away, or finishes the replacement.</summary>
    /// <param name="workFolder">The work folder of the replacement.</param>
    /// <returns>Where the replaced store is now, if it was set aside; else null.</returns>
    /// <exception cref="StoreLockedException">A process has the store open that took the place.</exception>
    public string? FinishInterrupted(string workFolder)
    {
        if (!WorkFolder.HasReplacedAt(workFolder))
        {
            return null;
        }

        using WorkFolder work = new(workFolder);
        if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
        }

        if (!Path.Exists(path))
        {
            Move(work.ReplacedPath, path);
            return null;
        }

        CheckpointPosition? here = LocalStore.Read(path, storeOptions).Position;
        return Retire(work, LocalStore.Read(work.ReplacedPath, storeOptions), here);
    }

    /// <summary>Replaces the local store, unless it has come as far as the checkpoint meanwhile.</summary>
    /// <param name="work">Holds the restored store.</param>
    /// <param name="checkpoint">The position of the restored store.</param>
    /// <returns>What the local store was, whether it was replaced, and where it is now if it was set aside.</returns>
    /// <exception cref="StoreLockedException">A process has the local store open. Nothing was changed.</exception>
    public (LocalStore Local, bool IsReplaced, string? SetAside) Replace(WorkFolder work, CheckpointPosition checkpoint)
    {
        if (!Directory.Exists(path))
        {
            RequireNothingAt(path);
            Move(work.StorePath, path);
            return (new LocalStore(null, null), true, null);
        }

        using (StoreLock held = StoreLock.Take(path))
        {
            held.ReleaseIfOpenFilesStay();
            Move(path, work.ReplacedPath);
        }

        LocalStore local;
        try
        {
            local = LocalStore.Read(work.ReplacedPath, storeOptions);
        }
        catch
        {
            Move(work.ReplacedPath, path);
            throw;
        }

        if (local.Position?.Covers(checkpoint) ?? false)
        {
            RequireNothingAt(path);
            Move(work.ReplacedPath, path);
            return (local, false, null);
        }

        RequireNothingAt(path);
        Move(work.StorePath, path);
        return (local, true, Retire(work, local, checkpoint));
    }

    /// <exception cref="FileOperationException">Something has the path.</exception>
    public static void RequireNothingAt(string path)
    {
        if (Path.Exists(path))
        {
            throw new FileOperationException("create", path, "it exists already and nothing is replaced; choose a new folder");
        }
    }

    /// <summary>Renames a folder, durably.</summary>
    public static void Move(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
            DurableFolder.Sync(Path.GetDirectoryName(to)!);
            DurableFolder.Sync(Path.GetDirectoryName(from)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("rename", from, e.Message, e);
        }
    }

    /// <summary>Deletes the replaced store if nothing is lost with it, and sets it aside otherwise.</summary>
    private string? Retire(WorkFolder work, LocalStore replaced, CheckpointPosition? successor)
    {
        bool isCovered = replaced.Damage is null && (replaced.Position is null || (successor?.Covers(replaced.Position) ?? false));
        if (isCovered && StoreFolders.FindForeign(work.ReplacedPath) is null)
        {
            StoreFolders.Delete(work.ReplacedPath);
            return null;
        }

        string aside = string.Create(
            CultureInfo.InvariantCulture,
            $"{path}{(replaced.Damage is null ? ReplacedSuffix : DamagedSuffix)}-{time.GetUtcNow().ToUnixTimeMilliseconds()}");
        Move(work.ReplacedPath, aside);
        return aside;
    }
}
