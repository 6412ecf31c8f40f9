using Signals.Maintenance;
using Signals.Storage;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals;

/// <content>Erasure from checkpoints.</content>
public sealed partial class SignalStore
{
    /// <summary>
    /// Erases users from a checkpoint in a folder. The folder is opened as a store, the users are erased, and the files that hold them are
    /// rewritten. Everybody else's events, and the positions of sources, stay as they are. The store that the checkpoint was taken of is
    /// not changed, even where the two share files.
    /// </summary>
    /// <remarks>
    /// After a crash the folder is a valid store; call this again to go on. Nobody else may open or copy the folder meanwhile. Its stream
    /// of commits does not go on: a restored copy is where the checkpoint was, so a later checkpoint of its store covers it. Only a
    /// manifest names the users afterwards, so that late events of theirs stay hidden. Every file is read once for its hash, and about as
    /// much is written as <see cref="CompactAsync"/> writes. If no file holds any of the users, little is written.
    /// </remarks>
    /// <param name="folder">The folder of the checkpoint.</param>
    /// <param name="users">The users, at least one. One who is not in the checkpoint is no error.</param>
    /// <param name="options">How the folder is opened; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work; what was erased so far is erased.</param>
    /// <exception cref="ArgumentException">There is no user, or an option is out of range.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder holds no store.</exception>
    /// <exception cref="StoreLockedException">A process has it open.</exception>
    /// <exception cref="CorruptionException">A file is damaged.</exception>
    /// <exception cref="FileOperationException">The disk refused a read or a write.</exception>
    public static Task<CheckpointErasureCertificate> EraseFromCheckpointAsync(
        string folder, IReadOnlyCollection<UserErasure> users, StoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(users);
        if (users.Count == 0)
        {
            throw new ArgumentException("It names no user, so there is nothing to erase and nothing to certify.", nameof(users));
        }

        string path = FileSystems.Absolute(folder);
        options ??= new StoreOptions();
        options.Validate();
        StoreSchema schema = ReadSchema(path);
        FolderErasure work = new(
            new StoreFolder(FileSystems.ForThisMachine(), path), () => Open(path, schema, options), options.TimeProvider);
        return Task.Run(() => work.RunAsync(users, cancellationToken), cancellationToken);
    }

    /// <summary>The same on any file system, on the caller's thread as far as the engine has none of its own.</summary>
    internal static Task<CheckpointErasureCertificate> EraseFromCheckpointAsync(
        IFileSystem files, string folder, IReadOnlyCollection<UserErasure> users, EngineOptions options, TimeProvider time)
    {
        StoreFolder checkpoint = new(files, folder);
        StoreSchema schema = Manifest.Read(checkpoint).ReadSchema();
        return new FolderErasure(checkpoint, () => Open(files, folder, schema, options, time), time).RunAsync(users, default);
    }

    /// <summary>
    /// Erases a user's events up to a time, and no later ones as <see cref="EraseUpToAsync"/> does; all of them when there is none. The
    /// erasure is in no log, so the stream of commits does not go on. The next flush makes it durable. Nobody else may append to the store
    /// or erase in it meanwhile.
    /// </summary>
    internal async Task<ErasureCertificate> EraseUnloggedAsync(UserId user, DateTimeOffset? upTo)
    {
        await Engine.WhenAppliedAsync().ConfigureAwait(false);
        Engine.EraseUnlogged(user, upTo?.ToUnixTimeMilliseconds()
            ?? Math.Max(Engine.Time.GetUtcNow().ToUnixTimeMilliseconds(), Engine.Reader.NewestTimeOf(user, _newestOfEach)));
        return Engine.Certify(user);
    }
}
