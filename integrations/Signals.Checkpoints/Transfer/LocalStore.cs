using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>What is in the folder of a closed store. Immutable.</summary>
/// <param name="Position">
/// Its position; null when there is none, or it is damaged. A store of which only the stored definitions are damaged has both: its events
/// are intact, and an older checkpoint must not take their place.
/// </param>
/// <param name="Damage">What is wrong with it.</param>
internal sealed record LocalStore(CheckpointPosition? Position, CorruptionException? Damage)
{
    /// <summary>Opens and closes the store, which recovers it.</summary>
    /// <exception cref="ForeignFolderException">The folder holds something else than a store.</exception>
    /// <exception cref="StoreLockedException">A process has it open.</exception>
    public static LocalStore Read(string path, StoreOptions? options)
    {
        try
        {
            if (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any())
            {
                return new LocalStore(null, null);
            }

            if (!File.Exists(Path.Combine(path, StoreFileNames.Current)))
            {
                return ReadWithoutCurrent(path);
            }

            using SignalStore store = SignalStore.Open(path, SignalStore.ReadSchema(path), options);
            return new LocalStore(CheckpointPosition.Of(store), null);
        }
        catch (CorruptionException e)
        {
            return new LocalStore(Path.GetFileName(e.File) == StoreFileNames.Definitions ? PositionOfEvents(path) : null, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("open", Path.Combine(path, StoreFileNames.Current), e.Message, e);
        }
    }

    /// <summary>The position of a store that cannot be opened to write; null when its events are damaged, too.</summary>
    private static CheckpointPosition? PositionOfEvents(string path)
    {
        try
        {
            using ReadOnlyStore store = SignalStore.OpenReadOnly(path);
            return new CheckpointPosition(store.GetResumePositions(), store.Position);
        }
        catch (CorruptionException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("open", path, e.Message, e);
        }
    }

    /// <summary>The creation of a store was interrupted, or a store lost its <c>CURRENT</c>.</summary>
    private static LocalStore ReadWithoutCurrent(string path)
    {
        if (StoreFolders.FindForeign(path) is { } foreign)
        {
            throw new ForeignFolderException(path, foreign);
        }

        bool hasData = Directory.EnumerateFiles(path).Select(Path.GetFileName)
            .Any(name => StoreFileNames.IsStoreFile(name!) && !StoreFileNames.IsManifest(name!));
        return new LocalStore(null, !hasData ? null : new CorruptionException(
            Path.Combine(path, StoreFileNames.Current), 0, "it is missing, but the folder holds tables or logs of a store."));
    }
}
